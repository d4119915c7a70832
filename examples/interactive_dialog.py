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
print("reward of the last reply:", chat.dialog.turns[-1].reward)
chat.correct("i do, the ward is calm at night.")
given, replaced = chat.dialog.turns[-1].correction
print(f"corrected to: {given}\n  instead of: {replaced}")
