-- The tablet's store. Times are Unix milliseconds of the wall clock unless a name says otherwise.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Officers who may work on this tablet; the signing key is sealed with the officer's own secret.
CREATE TABLE officers (
    id          TEXT PRIMARY KEY,
    login       TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    card_number TEXT,
    certificate BLOB NOT NULL,
    salt        BLOB NOT NULL,
    sealed_key  BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE documents (
    doc           BLOB PRIMARY KEY,
    case_row      BLOB NOT NULL,              -- CBOR, as the server last sent it
    snapshot      BLOB NOT NULL,
    snapshot_upto INTEGER NOT NULL,           -- last row of `changes` that is in the snapshot
    left_scope    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- One actor for each officer in each document, until it must be given up.
CREATE TABLE actors (
    doc         BLOB NOT NULL REFERENCES documents(doc),
    officer     TEXT NOT NULL REFERENCES officers(id),
    actor       BLOB NOT NULL UNIQUE,
    given_up    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX actor_in_use ON actors(doc, officer) WHERE given_up = 0;

-- Every change of every document held, in the order in which it came to be here.
CREATE TABLE changes (
    id      INTEGER PRIMARY KEY,
    hash    BLOB NOT NULL UNIQUE,
    doc     BLOB NOT NULL REFERENCES documents(doc),
    actor   BLOB NOT NULL,
    seq     INTEGER NOT NULL,
    bytes   BLOB NOT NULL,
    edit    TEXT,                             -- own work: the edit, to be replayed under another actor
    state   TEXT NOT NULL,                    -- unsent | safe | refused
    reason  TEXT,
    made_at INTEGER NOT NULL
) STRICT;
CREATE INDEX changes_by_doc ON changes(doc, id);
CREATE INDEX changes_unsent ON changes(id) WHERE state = 'unsent';

CREATE TABLE statements (
    id      INTEGER PRIMARY KEY,
    hash    BLOB NOT NULL UNIQUE,
    doc     BLOB NOT NULL REFERENCES documents(doc),
    kind    TEXT NOT NULL,
    bytes   BLOB NOT NULL,
    state   TEXT NOT NULL,
    reason  TEXT,
    made_at INTEGER NOT NULL
) STRICT;
CREATE INDEX statements_by_doc ON statements(doc, id);

-- Evidence files on this tablet, each encrypted in a file of its own.
CREATE TABLE blobs (
    sha256  BLOB NOT NULL,
    doc     BLOB NOT NULL REFERENCES documents(doc),
    kind    TEXT NOT NULL,                    -- thumbnail | evidence | original
    bytes   INTEGER NOT NULL,
    state   TEXT NOT NULL,                    -- unsent | safe | on-request
    upload  TEXT,                             -- where an upload was begun
    made_at INTEGER NOT NULL,
    PRIMARY KEY (sha256, doc)
) STRICT, WITHOUT ROWID;
CREATE INDEX blobs_unsent ON blobs(kind, made_at) WHERE state = 'unsent';

-- The server's signed words. Nothing is forgotten that none of them names.
CREATE TABLE receipts (
    id    INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL,
    at    INTEGER NOT NULL                    -- server time
) STRICT;

-- What happened in syncing, for the inspector to read.
CREATE TABLE sync_log (
    id   INTEGER PRIMARY KEY,
    at   INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT;
