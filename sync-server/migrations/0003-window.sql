-- What the window, the clock and the papers need.

-- The papers of a case: its register of documents. Written once, never changed. `basis` is the row
-- of the history that the paper tells of, so that none is made twice and none is forgotten.
CREATE TABLE papers (
    id      INTEGER PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES cases(id),
    kind    TEXT NOT NULL,
    basis   INTEGER NOT NULL REFERENCES history(seq),
    number  TEXT NOT NULL UNIQUE,             -- 文号
    title   TEXT NOT NULL,
    facts   TEXT NOT NULL,                    -- JSON: everything the paper says
    pdf     BLOB NOT NULL,
    made_by TEXT REFERENCES users(id),        -- null: the system itself
    made_at INTEGER NOT NULL,
    made_on TEXT NOT NULL,
    UNIQUE (case_id, kind, basis)
) STRICT;

-- Scans and photos of materials; their bytes are blobs.
CREATE TABLE material_files (
    case_id     INTEGER NOT NULL REFERENCES cases(id),
    material_id TEXT NOT NULL,
    sha256      BLOB NOT NULL REFERENCES blobs(sha256),
    name        TEXT NOT NULL,
    added_by    TEXT NOT NULL REFERENCES users(id),
    added_at    INTEGER NOT NULL,
    PRIMARY KEY (case_id, material_id, sha256)
) STRICT, WITHOUT ROWID;

-- The clock standing still, for a reason the matter names; at most one at a time.
CREATE TABLE clock_stops (
    id       INTEGER PRIMARY KEY,
    case_id  INTEGER NOT NULL REFERENCES cases(id),
    reason   TEXT NOT NULL,
    note     TEXT NOT NULL,
    from_on  TEXT NOT NULL,
    until_on TEXT,                            -- null: it stands still now
    days     INTEGER                          -- working days it stood still, once it ended
) STRICT;
CREATE UNIQUE INDEX one_open_stop ON clock_stops(case_id) WHERE until_on IS NULL;
CREATE INDEX stops_by_case ON clock_stops(case_id, id);

-- Working days that a head added to the limits of a case, with a reason in the history.
ALTER TABLE cases ADD COLUMN extended_days INTEGER NOT NULL DEFAULT 0;

-- The working-day tables an administrator loaded beside the built-in ones.
CREATE TABLE workday_years (
    year      INTEGER PRIMARY KEY,
    rules     TEXT NOT NULL,                  -- TOML, as in rules/workdays.toml
    loaded_by TEXT NOT NULL REFERENCES users(id),
    loaded_at INTEGER NOT NULL
) STRICT;

-- Permits of the time before this system.
CREATE TABLE old_permits (
    number      TEXT PRIMARY KEY,
    holder      TEXT NOT NULL,
    credit_code TEXT NOT NULL,
    address     TEXT NOT NULL,
    class       TEXT NOT NULL,
    scopes      TEXT NOT NULL,                -- as written on the permit
    phone       TEXT NOT NULL,
    valid_from  TEXT NOT NULL,
    valid_until TEXT,
    imported_by TEXT NOT NULL REFERENCES users(id),
    imported_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX old_permits_by_end ON old_permits(valid_until);

-- A file looked at and not taken yet: what its rows say, what is wrong with some of them.
CREATE TABLE permit_imports (
    id         INTEGER PRIMARY KEY,
    file       TEXT NOT NULL,
    rows       TEXT NOT NULL,                 -- JSON
    created_by TEXT NOT NULL REFERENCES users(id),
    created_at INTEGER NOT NULL,
    taken_at   INTEGER
) STRICT;
