"""A chat in Gradio, as its guide begins."""
import sys
import time

import gradio as gr
from words import words


def answer(message, history):
    text = ''
    for wait, word in words(message):
        time.sleep(wait)
        text += word
        yield text


gr.ChatInterface(answer).launch(server_name='127.0.0.1', server_port=int(sys.argv[1]))
