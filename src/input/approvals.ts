/** Tells whether the page asks the user to approve something; who asked for it, others know. */
import { namesOf } from './sayings.ts'

/** What such buttons say, whole. English, German, French, Spanish, Portuguese, Russian, Chinese, Japanese, Korean. */
const NAME =
  /^\W*(approve|allow|accept|confirm|authorize|grant|deny|reject|decline|genehmigen|erlauben|zulassen|ablehnen|approuver|autoriser|refuser|aprobar|permitir|rechazar|aprovar|recusar|разрешить|одобрить|отклонить|批准|允许|同意|确认|拒绝|承認|許可|拒否|승인|허용|거부)(\s|\W|$)/i
/** Controls looked at, the last of the page. */
const MOST = 200

/** A control that approves or denies is in view of the page. */
export function asksApproval(doc: Document): boolean {
  const all = [...doc.querySelectorAll('button,[role=button],input[type=button],input[type=submit]')].slice(-MOST)
  return all.some(
    (element) =>
      namesOf(element).some((name) => NAME.test(name)) &&
      !(element as HTMLButtonElement).disabled &&
      element.getClientRects().length > 0,
  )
}
