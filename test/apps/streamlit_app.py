"""A chat in Streamlit, as its tutorial begins."""
import time

import streamlit as st
from words import words


def say(prompt):
    for wait, word in words(prompt):
        time.sleep(wait)
        yield word


log = st.session_state.setdefault('log', [])
for who, text in log:
    with st.chat_message(who):
        st.markdown(text)
if prompt := st.chat_input('Ask'):
    log.append(('user', prompt))
    with st.chat_message('user'):
        st.markdown(prompt)
    with st.chat_message('assistant'):
        log.append(('assistant', st.write_stream(say(prompt))))
