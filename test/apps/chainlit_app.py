"""A chat in Chainlit, as its guide begins."""
import asyncio

import chainlit as cl
from words import words


@cl.on_message
async def main(message: cl.Message):
    answer = cl.Message(content='')
    for wait, word in words(message.content):
        await asyncio.sleep(wait)
        await answer.stream_token(word)
    await answer.update()
