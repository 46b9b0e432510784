// Before the first paint, so that a dark page never flashes light. A plain script: modules run too late for that.
;(() => {
  let theme
  try {
    theme = localStorage.getItem('juniper.theme')
  } catch {}
  const dark = theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
