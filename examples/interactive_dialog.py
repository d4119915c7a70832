"""Talk with a persona from Python: three exchanges, a correction and a rating.

Run: python examples/interactive_dialog.py
"""

from convotui import InteractiveDialog, load_decoder, load_persona

decoder = load_decoder("auto")
chat = InteractiveDialog(decoder, load_persona("night-nurse"), seed=1)

for line in ["hi there", "what do you do for a living?", "do you like it?"]:
    print("me: ", line)
    print("her:", chat.say(line))

chat.rate(2)
chat.correct("i do, the ward is calm at night.")
print("corrected to:", chat.dialog.turns[-1].text)
print("reward of the reply:", chat.dialog.turns[-1].reward)
