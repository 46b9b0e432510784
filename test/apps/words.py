"""What the applications answer: some words for a prompt such as "Recipe 3 usual", with the seconds before each."""
import re

NOUNS = ['rye', 'barley', 'oats', 'spelt', 'millet', 'maize', 'rice', 'wheat', 'emmer', 'teff']


def words(prompt):
    number, kind = re.search(r'(\d+)\W+(\w+)', prompt).groups()
    n = int(number)
    for i in range(80 if kind == 'long' else 24):
        if kind == 'error' and i == 9:
            raise RuntimeError('the oven is out of order')
        wait = 0.6 if i == 0 else 7 if kind == 'stall' and i == 12 else 0.08
        yield wait, f'{"Take" if i == 0 else ""} {NOUNS[(n * 3 + i * 7) % len(NOUNS)]}'
