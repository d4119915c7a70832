"""One screen a mode: chat, self-play, library."""
