-- The door: second factors, sessions that are not yet complete, wrong passwords by address.

-- How far a session is: 'open' (password alone, for officers who need no more), 'proven' (password
-- and code), 'code' (password given, code awaited), 'enrol' (password given, no authenticator yet).
ALTER TABLE sessions ADD COLUMN stage TEXT NOT NULL DEFAULT 'open';

-- Authenticators (TOTP). A row without confirmed_at was shown and never proven: it counts for
-- nothing. last_step: the newest time step whose code was used; no code works twice.
CREATE TABLE second_factors (
    user_id      TEXT PRIMARY KEY REFERENCES users(id),
    secret       BLOB NOT NULL,
    created_at   INTEGER NOT NULL,
    confirmed_at INTEGER,
    last_step    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Wrong passwords and codes from one address (IPv6: its /64), over all logins.
CREATE TABLE address_attempts (
    address      TEXT PRIMARY KEY,
    failures     INTEGER NOT NULL,
    locked_until INTEGER NOT NULL,
    last_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
