"""The database schema, as ordered steps; ``PRAGMA user_version`` counts the ones applied."""

from __future__ import annotations

import sqlite3

from convotui.errors import StoreError

APPLICATION_ID = 0x436F6E76  # "Conv": tells our files from those of other programs

MIGRATIONS = (
    """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        config TEXT NOT NULL,
        status TEXT NOT NULL,
        summary TEXT,
        started TEXT NOT NULL,
        ended TEXT
    ) STRICT;
    CREATE TABLE dialogs (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        run TEXT REFERENCES runs(id),
        seed INTEGER,
        model TEXT,
        version TEXT,
        personas TEXT NOT NULL,
        meta TEXT NOT NULL,
        started TEXT NOT NULL
    ) STRICT;
    CREATE INDEX dialogs_by_run ON dialogs(run);
    CREATE INDEX dialogs_by_id ON dialogs(id);
    CREATE TABLE turns (
        key INTEGER PRIMARY KEY,
        dialog INTEGER NOT NULL REFERENCES dialogs(key) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        speaker INTEGER NOT NULL,
        goal TEXT,
        chosen INTEGER NOT NULL,
        said TEXT NOT NULL,
        UNIQUE (dialog, position)
    ) STRICT;
    CREATE TABLE candidates (
        turn INTEGER NOT NULL REFERENCES turns(key) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        text TEXT NOT NULL,
        source TEXT NOT NULL,
        seed INTEGER,
        version TEXT,
        made TEXT NOT NULL,
        PRIMARY KEY (turn, number)
    ) STRICT, WITHOUT ROWID;
    -- Every judgement ever given, with the candidate that was chosen then. The newest one
    -- of a turn or dialog counts.
    CREATE TABLE ratings (
        key INTEGER PRIMARY KEY,
        dialog INTEGER NOT NULL REFERENCES dialogs(key) ON DELETE CASCADE,
        turn INTEGER REFERENCES turns(key) ON DELETE CASCADE,
        candidate INTEGER,
        rating INTEGER,
        reward REAL,
        given TEXT NOT NULL
    ) STRICT;
    CREATE INDEX ratings_by_dialog ON ratings(dialog);
    -- Which candidate a person replaced by which: the preference pairs.
    CREATE TABLE corrections (
        key INTEGER PRIMARY KEY,
        turn INTEGER NOT NULL REFERENCES turns(key) ON DELETE CASCADE,
        corrected INTEGER NOT NULL,
        replaced INTEGER NOT NULL,
        given TEXT NOT NULL
    ) STRICT;
    CREATE INDEX corrections_by_turn ON corrections(turn);
    """,
    # No table is rebuilt: foreign keys are on, and dropping one would take its rows along.
    """
    ALTER TABLE dialogs ADD COLUMN deleted TEXT;
    ALTER TABLE turns ADD COLUMN excluded INTEGER NOT NULL DEFAULT 0;
    -- A turn that was taken out has a negative position, the newest one the lowest.
    ALTER TABLE turns ADD COLUMN removed_from INTEGER;
    -- The goal a candidate was made under. The turn has that of the chosen one.
    ALTER TABLE candidates ADD COLUMN goal TEXT;
    UPDATE candidates SET goal = (SELECT goal FROM turns WHERE key = candidates.turn);
    -- A judgement that was taken back stays, but does not count.
    ALTER TABLE ratings ADD COLUMN withdrawn TEXT;
    CREATE TABLE kept (
        name TEXT PRIMARY KEY,
        text TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
)


def migrate(connection: sqlite3.Connection, shown: str) -> None:
    """Bring a database to the newest schema, each step in a transaction of its own.

    Args:
        connection: to the database.
        shown: what to call it in messages.

    Raises:
        StoreError: another program's database, or one of a newer version of this program.
    """
    # In one transaction, because another process may be making the same new file.
    connection.execute("BEGIN")
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    filled = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    connection.execute("COMMIT")
    if owner != APPLICATION_ID and (owner or filled):
        raise StoreError(
            f"The database {shown} belongs to another program: move it away, or set "
            "CONVOTUI_HOME to another folder."
        )
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise StoreError(
            f"The database {shown} has schema {version}, this program knows {len(MIGRATIONS)}: "
            "it was written by a newer ConvoTUI, so update this one."
        )
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        # BEGIN IMMEDIATE first, then look again: another process may just have migrated.
        connection.execute("BEGIN IMMEDIATE")
        try:
            if connection.execute("PRAGMA user_version").fetchone()[0] < number:
                for statement in script.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
