-- Times are Unix milliseconds of the real clock (`*_at`), dates are ISO text of the business
-- clock (`*_on`). Identifiers of documents and devices are 16 random bytes, hashes are SHA-256.

-- One row each: what this installation is.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- purpose: 'server' (Ed25519: receipts and officers' certificates, told apart by what is signed),
-- 'permit' (P-256).
CREATE TABLE server_keys (
    key_id     BLOB PRIMARY KEY,
    purpose    TEXT NOT NULL,
    secret     BLOB NOT NULL,
    public     BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    retired_at INTEGER
) STRICT, WITHOUT ROWID;

-- People ---------------------------------------------------------------------------------------

CREATE TABLE users (
    id            TEXT PRIMARY KEY,
    login         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    card_number   TEXT,                       -- 执法证号, inspectors have one
    password_hash TEXT NOT NULL,              -- argon2id, PHC string
    active        INTEGER NOT NULL DEFAULT 1,
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE user_roles (
    user_id TEXT NOT NULL REFERENCES users(id),
    role    TEXT NOT NULL,
    PRIMARY KEY (user_id, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,              -- the cookie's value is never stored
    user_id    TEXT NOT NULL REFERENCES users(id),
    csrf       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Wrong passwords in a row, for logins that exist and for those that do not.
CREATE TABLE login_attempts (
    login        TEXT PRIMARY KEY,
    failures     INTEGER NOT NULL,
    locked_until INTEGER NOT NULL,
    last_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Tablets --------------------------------------------------------------------------------------

CREATE TABLE devices (
    id          BLOB PRIMARY KEY,
    name        TEXT NOT NULL,
    public_key  BLOB NOT NULL UNIQUE,
    enrolled_at INTEGER NOT NULL,
    revoked_at  INTEGER,
    seen_at     INTEGER,
    heartbeat   TEXT                          -- JSON of the last heartbeat
) STRICT, WITHOUT ROWID;

CREATE TABLE enrolment_codes (
    code_hash   BLOB PRIMARY KEY,
    device_name TEXT NOT NULL,
    created_by  TEXT NOT NULL REFERENCES users(id),
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    device_id   BLOB REFERENCES devices(id)   -- set when the code was used, once
) STRICT, WITHOUT ROWID;

-- What a tablet must sign to get a token; taken when it is used.
CREATE TABLE device_challenges (
    device_id  BLOB PRIMARY KEY REFERENCES devices(id),
    nonce      BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE device_tokens (
    token_hash BLOB PRIMARY KEY,
    device_id  BLOB NOT NULL REFERENCES devices(id),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- An officer's signing key lives on one device; the server certifies it.
CREATE TABLE officer_keys (
    public_key  BLOB PRIMARY KEY,
    user_id     TEXT NOT NULL REFERENCES users(id),
    device_id   BLOB NOT NULL REFERENCES devices(id),
    certificate BLOB NOT NULL,
    created_at  INTEGER NOT NULL,
    revoked_at  INTEGER
) STRICT, WITHOUT ROWID;

-- Cases ----------------------------------------------------------------------------------------

CREATE TABLE cases (
    id              INTEGER PRIMARY KEY,
    number          TEXT NOT NULL UNIQUE,     -- e.g. 330784-2018-0001
    matter          TEXT NOT NULL,
    class           TEXT NOT NULL,
    application     TEXT NOT NULL,            -- JSON: applicant, address, scopes, features, place
    state           TEXT NOT NULL,
    responsible     TEXT REFERENCES users(id),
    ruleset_hash    BLOB,
    submitted_on    TEXT NOT NULL,
    accepted_on     TEXT,
    promised_until  TEXT,
    statutory_until TEXT,
    revision        INTEGER NOT NULL DEFAULT 0 -- raised with every step, guards against two people acting at once
) STRICT;
CREATE INDEX cases_by_state ON cases(state, id);

CREATE TABLE case_materials (
    case_id     INTEGER NOT NULL REFERENCES cases(id),
    material_id TEXT NOT NULL,
    received_on TEXT,
    PRIMARY KEY (case_id, material_id)
) STRICT, WITHOUT ROWID;

-- The officers of a round; a replacement is a new revision, never an update.
CREATE TABLE assignments (
    case_id  INTEGER NOT NULL REFERENCES cases(id),
    round    INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    user_id  TEXT NOT NULL REFERENCES users(id),
    standin  TEXT REFERENCES users(id),
    PRIMARY KEY (case_id, round, revision, user_id)
) STRICT, WITHOUT ROWID;

-- Append-only; each row's hash covers the row before it.
CREATE TABLE history (
    seq     INTEGER PRIMARY KEY,
    case_id INTEGER REFERENCES cases(id),
    at      INTEGER NOT NULL,
    on_date TEXT NOT NULL,
    user_id TEXT REFERENCES users(id),        -- null: the system itself
    action  TEXT NOT NULL,
    detail  TEXT NOT NULL,                    -- JSON
    hash    BLOB NOT NULL
) STRICT;
CREATE INDEX history_by_case ON history(case_id, seq);
CREATE TRIGGER history_is_append_only_u BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER history_is_append_only_d BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;

CREATE TABLE decisions (
    case_id      INTEGER PRIMARY KEY REFERENCES cases(id),
    outcome      TEXT NOT NULL,               -- granted | refused
    reasons      TEXT,
    inspections  TEXT NOT NULL,               -- JSON: ordered [(document, heads)]
    evidence     TEXT NOT NULL,               -- JSON: SHA-256 of every evidence file at those heads
    ruleset_hash BLOB,
    decided_by   TEXT NOT NULL REFERENCES users(id),
    decided_at   INTEGER NOT NULL,
    decided_on   TEXT NOT NULL
) STRICT;

CREATE TABLE permits (
    number      TEXT PRIMARY KEY,
    case_id     INTEGER NOT NULL UNIQUE REFERENCES cases(id),
    holder      TEXT NOT NULL,
    valid_from  TEXT NOT NULL,
    valid_until TEXT,
    claims      TEXT NOT NULL,                -- JSON, what the QR says
    qr_text     TEXT NOT NULL,
    pdf         BLOB NOT NULL,
    issued_by   TEXT NOT NULL REFERENCES users(id),
    issued_at   INTEGER NOT NULL,
    issued_on   TEXT NOT NULL,
    revoked_on  TEXT
) STRICT, WITHOUT ROWID;

-- The next serial of each kind of number; a restore skips ahead.
CREATE TABLE serials (
    kind TEXT PRIMARY KEY,
    next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Documents and the log ------------------------------------------------------------------------

CREATE TABLE inspections (
    doc          BLOB PRIMARY KEY,
    case_id      INTEGER NOT NULL REFERENCES cases(id),
    round        INTEGER NOT NULL,
    ruleset_hash BLOB NOT NULL,
    snapshot     BLOB NOT NULL,               -- the document with every admitted change
    heads        BLOB NOT NULL,               -- 32 bytes each, sorted
    max_op       INTEGER NOT NULL,
    sealed_heads BLOB,                        -- set once by the seal, cleared by a withdrawal before the decision
    sealed_at    INTEGER,
    UNIQUE (case_id, round)
) STRICT, WITHOUT ROWID;

CREATE TABLE changes (
    hash        BLOB PRIMARY KEY,
    doc         BLOB NOT NULL REFERENCES inspections(doc),
    actor       BLOB NOT NULL,
    seq         INTEGER NOT NULL,
    bytes       BLOB NOT NULL,                -- as they came, never re-derived
    carrier     BLOB REFERENCES devices(id),  -- null: genesis
    received_at INTEGER NOT NULL,
    late        INTEGER NOT NULL DEFAULT 0,
    UNIQUE (doc, actor, seq)
) STRICT;

CREATE TABLE change_signatures (
    doc       BLOB NOT NULL,
    actor     BLOB NOT NULL,
    hash      BLOB NOT NULL,                  -- the newest change it vouches for; its ancestors by that actor are covered
    signature BLOB NOT NULL,
    PRIMARY KEY (doc, actor, hash)
) STRICT, WITHOUT ROWID;

-- Who writes under an actor: taken from an admitted actor certificate.
CREATE TABLE actors (
    doc        BLOB NOT NULL REFERENCES inspections(doc),
    actor      BLOB NOT NULL,
    user_id    TEXT NOT NULL REFERENCES users(id),
    device_id  BLOB NOT NULL REFERENCES devices(id),
    statement  BLOB NOT NULL,
    PRIMARY KEY (doc, actor)
) STRICT, WITHOUT ROWID;

CREATE TABLE statements (
    hash        BLOB PRIMARY KEY,
    doc         BLOB NOT NULL REFERENCES inspections(doc),
    kind        TEXT NOT NULL,
    bytes       BLOB NOT NULL,
    carrier     BLOB REFERENCES devices(id),
    received_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX statements_by_doc ON statements(doc);

-- What the gate refused: kept, shown to the office, never thrown away.
CREATE TABLE quarantine (
    hash        BLOB PRIMARY KEY,             -- SHA-256 of the bytes
    doc         BLOB NOT NULL,
    kind        TEXT NOT NULL,                -- change | statement
    bytes       BLOB NOT NULL,
    reason      TEXT NOT NULL,
    carrier     BLOB,
    received_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Append-only. Its sequence is handed out inside the writing transaction; with one writer a
-- reader can therefore never pass a number that commits later.
CREATE TABLE log (
    seq  INTEGER PRIMARY KEY,
    doc  BLOB NOT NULL,
    kind TEXT NOT NULL,                       -- change | statement | case | enter | leave
    ref  BLOB NOT NULL,                       -- hash of the change or statement; device of enter and leave
    hash BLOB NOT NULL                        -- SHA-256(hash of the row before, doc, kind, ref)
) STRICT;
CREATE INDEX log_by_doc ON log(doc, seq);

-- Which documents a tablet gets, from the log position at which they entered its scope.
CREATE TABLE scopes (
    device_id BLOB NOT NULL REFERENCES devices(id),
    doc       BLOB NOT NULL REFERENCES inspections(doc),
    enter_seq INTEGER NOT NULL,
    leave_seq INTEGER,
    PRIMARY KEY (device_id, doc)
) STRICT, WITHOUT ROWID;

-- Evidence files -------------------------------------------------------------------------------

-- Knowing of a blob and holding it are two facts: held_at is set when its bytes were verified.
CREATE TABLE blobs (
    sha256  BLOB PRIMARY KEY,
    bytes   INTEGER NOT NULL,
    media   TEXT NOT NULL,
    held_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE blob_refs (
    doc    BLOB NOT NULL REFERENCES inspections(doc),
    sha256 BLOB NOT NULL REFERENCES blobs(sha256),
    kind   TEXT NOT NULL,                     -- evidence | thumbnail | original
    PRIMARY KEY (doc, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_refs_by_blob ON blob_refs(sha256);

CREATE TABLE uploads (
    id         TEXT PRIMARY KEY,
    sha256     BLOB NOT NULL,
    length     INTEGER NOT NULL,
    device_id  BLOB NOT NULL REFERENCES devices(id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
