# The tablet's pages in English. Both languages must have the same keys; a test checks it.

## Frame
app-name = Inspection
app-stopped = The program does not answer. Everything recorded is on this tablet: open the program again.
skip = Skip to the content
cancel = Cancel
save = Save
search = Search
problem-title = That was not done
back-to-today = Back to today
round = round { $n }

## Sync line
sync-waiting = ↑ { $n }
sync-not-enrolled = Not enrolled
sync-airplane = Airplane mode
sync-running = Sending
sync-sending-photos = Sending photos, { $a } left · { $b }
sync-offline = Saved here, no network
sync-offline-clean = No network
sync-saved-here = Saved here
sync-safe = Safe at the office

## Enrolling
enrol-title = Enrol this tablet
enrol-first = This tablet is not enrolled yet
enrol-lead = Ask the administrator for a code on the page “Tablets” and scan or paste it here. Done once, with a network.
enrol-how = Scan or enter the code
enrol-photograph = Photograph the QR code
enrol-server = Server address
enrol-code = Code
enrol-paste = The whole address can be pasted into “Code” as well.
enrol-do = Enrol this tablet
enrol-done = Enrolled as “{ $a }”

## Officers
officers-title = Officers
officers-who = Who is working
officers-switch = Switch officer
officers-working = Working now
officers-unlocked = Unlocked: tap to switch
officers-locked = Locked
officers-sign-in = Sign in an officer
officers-sign-in-hint = First time on this tablet, or a forgotten password
officers-lock = Lock the tablet
officers-forgot = Forgotten password: ask the administrator for a new one and sign in again. Nothing unsent is lost.
sign-in-first = Sign in an inspector first
sign-in-lead = With the login and password of the office system; needs a network. Afterwards unlocking works offline.
sign-in-login = Login
sign-in-password = Password
sign-in-do = Sign in
unlock-title = Unlock
unlock-who = Unlock: { $a }
unlock-do = Unlock
unlock-with-password = Use the password
unlock-with-pin = Use the PIN
unlock-forgot = Forgotten? Ask the administrator for a new password, then
pin-title = Set a PIN
pin-word = PIN
pin-lead = A PIN unlocks on this tablet only, 4 to 12 digits. Wrong ones make you wait, longer each time; the password always works.
pin-new = New PIN
pin-again = Once more
pin-later = Later
key-back = Delete a digit

## Today
today-title = Today
today-locked = The tablet is locked: you can read, not write.
today-mine = My cases ({ $n })
today-others = Cases of others on this tablet ({ $n })
today-over = Sealed or closed ({ $n })
today-colleague = with { $a }
today-empty = No cases on this tablet yet
today-empty-hint = They arrive by themselves once the window has assigned you and there is a network.
today-more = There are more: search for them.
search-hint = Name, address, number
search-nothing = Nothing found for “{ $a }”
search-all = Show all
deadline-left =
    { $n ->
        [one] 1 day left
       *[other] { $n } days left
    }
deadline-today = Due today
deadline-passed =
    { $n ->
        [one] 1 day late
       *[other] { $n } days late
    }
items-left = { $n } open
items-done = All done
conflicts-short =
    { $n ->
        [one] 1 conflict
       *[other] { $n } conflicts
    }
unsent-short = { $n } unsent
refused-short = { $n } set aside
sealed = Sealed
case-closed-short = Closed

## Case
case-parts = Parts of the case
tab-case = Case
tab-visit = Visit
tab-checklist = Checklist
tab-photos = Photos
tab-finish = Finish
case-closed = This case is closed: reading only.
case-locked = The tablet is locked: reading only.
case-not-yours = { $a } is not assigned to this case: reading only.
case-sealed = This case is sealed. What is added now is kept as late and changes nothing that was sealed.
case-applicant = Applicant
case-address = Address
case-contact = Contact
case-class = Class
case-scopes = Scope
case-ruleset = Conditions
case-officers = Inspectors
case-deadline = Promised by
case-materials = Materials ({ $n })
case-no-materials = The window recorded no materials.
case-earlier = Results of the round before
case-no-earlier = There is no earlier round.
outcome-none = not answered

## Visit
visit-arrive = 1. Arrival
visit-begin = Begin the inspection
visit-begin-again = Record the arrival again
visit-no-place = no position
visit-who = 2. Who is present
visit-officers = Inspectors:
visit-name = Name of the person on the applicant's side
visit-role = Role
role-owner = Owner
role-representative = Representative
role-staff = Person in charge
visit-rights = 3. Notice of rights
rights-text = We are officers of this authority and inspect the conditions of your business under the law; please check our card numbers. You may ask that an inspector be replaced, you may state and defend your view, and you may read this record and comment on it. Please assist the inspection and give true information.
visit-rights-done = Read out and understood
visit-leave = 4. End
visit-to-checklist = Go to the checklist
visit-end = End the inspection on site
visit-end-again = Record the end again
place-none = No position: you can go on
place-waiting = Finding the position…
failed-title = Could not inspect
failed-why = Why
failed-closed = Closed, nobody there
failed-denied = Not let in
failed-postponed = Put off by agreement
failed-note = What happened
failed-photo = Choose the photo
failed-take-photo = Photograph the scene
failed-with-photo = with photo
failed-do = State that it could not be inspected
photo-number = Photo { $n }

## Checklist
sections = Progress of the sections
filter = Filter
filter-all = All
filter-open = Open
filter-failed = Failed
filter-open-empty = Nothing is open
filter-failed-empty = Nothing failed
to-finish = Go to finish
next-none = Nothing is open any more
outcome-pass = Pass
outcome-fail = Fail
outcome-na = Not applicable
outcome-outsourced = outsourced to { $a }
to-be-confirmed = text to be confirmed
earlier-found = Round before: { $a }
value-of = { $a }, value { $b }
value-save = Record
by-me = { $a } (this tablet)
resolved-because = chosen because: { $a }
undo = Undo
undo-of = Undo: { $a }
photo-missing = Photo missing
note-missing = Note needed
conflict-title = Two different answers: choose one and say why
conflict-reason = Reason
conflict-take = Take the chosen one
more = Note, instrument, outsourcing
note = Note
note-save = Save the note
certificate-name = Instrument inspected
instrument-name = Measured with
instrument-serial = Serial number
calibrated-until = Calibration valid until
contractor = Contractor
contract = Contract number or title
contract-until = Contract valid until
more-save = Save instrument and outsourcing

## Photos
photo = Photo
photo-take = Photo
photo-choose = Files
photo-of = Take a photo of { $a } { $b }
photo-choose-for = Choose photo files for { $a } { $b }
photo-earlier = Photo of the round before
photo-safe = Safe
photo-sending = Sending
photo-here = Here
photo-elsewhere = Colleague's
photo-elsewhere-long = This photo is on the colleague's tablet; it is not here.
photos-must = Photos that every inspection holds
photos-others = Other photos
photos-none = No other photos yet. Each item of the checklist has its own button.
photos-safe-of = { $n } of { $of } safe at the office
free-space = { $a } free
photo-where = Where it is
photo-by = Taken by
photo-taken = Camera time
photo-camera = Camera
photo-place = Place
photo-size = Size
photo-stamped = Stamped copy
photo-to-item = Back to the item
photo-remove = Take this photo out
photo-remove-reason = Why it is taken out
photo-remove-do = Take out
photo-removed = Taken out: { $a }
draw-surface = Drawing on the photo
draw-tools = Drawing tools
draw-arrow = Arrow
draw-circle = Circle
draw-text = Text
draw-text-ask = Text to write (type it, then tap the photo)
draw-save = Save the marks

## Finish
finish-missing = 1. What is missing
finish-nothing-missing = Nothing is missing: show the record to the applicant.
finish-gaps =
    { $n ->
        [one] 1 thing is missing: tap it to go there
       *[other] { $n } things are missing: tap one to go there
    }
finish-record = 2. Record and the applicant's confirmation
finish-record-lead = Let the applicant read the record before signing. Any change afterwards asks for it again.
finish-show-record = Show the record
finish-applicant-stale = Something was changed after the confirmation: confirm again.
finish-sign = 3. Inspectors sign
finish-sign-later = Possible once the applicant has confirmed.
finish-sealed = Both sign-offs and all photos have arrived: the inspection is sealed.
finish-complete = Everything is signed.
finish-unsent = { $n } still here; sent by itself when there is a network.
gap-conflict = Open conflict: { $a }
gap-unanswered = Not answered: { $a }
gap-photo = Photo missing: { $a }
gap-note = A failed item needs a note: { $a }
gap-begin = The arrival is not recorded
gap-present = Nobody is recorded as present
gap-rights = The notice of rights was not read out
gap-end = The end is not recorded
applicant-signed = Signed by { $a }
applicant-refused = Refused to sign: { $a }
applicant-absent = Applicant absent: { $a }
signed-at = signed { $a }
signed-stale = changed after signing at { $a }: sign again
signed-not-yet = not signed
sign-as = Sign as { $a }
sign-unlock = { $a } must unlock
withdraw = Take the sign-off back
withdraw-reason = Reason
withdraw-do = Take back
count-pass = { $n } pass
count-fail = { $n } fail
count-na = { $n } not applicable
count-photos =
    { $n ->
        [one] 1 photo
       *[other] { $n } photos
    }

## Record
record-title = Record of the inspection on site
record-state = state { $a }
record-visit = Course
record-result = Result
record-pass = All conditions fulfilled
record-fail =
    { $n ->
        [one] 1 condition not fulfilled
       *[other] { $n } conditions not fulfilled
    }
record-open = Not complete yet
record-clause = Clause
record-item = Condition
record-found = Found
record-begun = Arrived { $a } { $b }
record-present = Present: { $a }
record-rights = Notice of rights read out { $a }
record-ended = Ended { $a }
record-not-yet =
    { $n ->
        [one] 1 thing is missing: it cannot be signed yet.
       *[other] { $n } things are missing: it cannot be signed yet.
    }
record-see-missing = See what is missing
record-confirmed = The applicant has confirmed this record.
record-to-sign = Go to signing
confirm-title = The applicant's confirmation
confirm-lead = I have read this record (it was read to me) and it agrees with what is on site.
confirm-how = How
confirm-signs = Signs
confirm-refuses = Refuses to sign
confirm-absent = Applicant absent
confirm-name = Name of the person who signs
confirm-sign-here = Sign inside the frame
confirm-again = Sign again
confirm-reason = Reason
confirm-witness = Witness
confirm-do = Confirm this record

## Sync page
sync-title = Sync
sync-now-title = How it stands
sync-unsent = Only on this tablet
sync-nothing-unsent = Everything is safe at the office
sync-changes =
    { $n ->
        [one] 1 change
       *[other] { $n } changes
    }
sync-photos =
    { $n ->
        [one] 1 photo file
       *[other] { $n } photo files
    }
sync-oldest = Oldest of them
sync-last-good = Last success
sync-not-yet = not since the start
sync-last-error = Last failure
sync-refused = Set aside by the server
sync-refused-n = { $n }: kept, and the office looks into it
sync-server = Server
sync-free = Free space
sync-promise = Nothing is deleted here before the office's signed receipt names it.
sync-do = What you can do
sync-now = Sync now
airplane-on = Turn airplane mode on
airplane-off = Turn airplane mode off
airplane-hint = In airplane mode the server is not contacted: for training and for trying out offline work.
rescue-do = Save a rescue file
rescue-hint = Everything unsent in one file for a USB stick, when the tablet must be repaired or stays without a network. Give it to the administrator.
sync-cases = By case
sync-case = Case
sync-changes-head = Unsent changes
sync-photos-head = Photo files safe
sync-state = State
state-safe = Safe at the office
state-sending = On its way
state-here = Saved here
sync-log = Log
sync-log-empty = Nothing yet.
log-changes = { $n } changes safe
log-statements = { $n } statements safe
log-files = { $n } photo files safe
log-received = { $n } new things received
log-set-aside = { $n } set aside by the server
log-made-again = { $n } changes were set aside and made again
log-backup = the server went back to a backup: { $n } changes sent again

## Problems
problem-not-found = There is no such page, or this tablet does not have it.
problem-broken = Something failed ({ $a }). Nothing recorded is lost: save a rescue file and tell the administrator.
problem-wrong-secret = The password or PIN is wrong.
problem-too-soon = Too many wrong tries: wait { $n } s.
problem-bad-pin = A PIN has 4 to 12 digits.
problem-pins-differ = The two PINs differ.
problem-nothing-to-undo = There is nothing of yours to undo here.
problem-locked = The tablet is locked: unlock it first.
problem-not-assigned = You are not assigned to this case.
problem-not-enrolled = This tablet is not enrolled yet.
problem-already-enrolled = This tablet is enrolled already.
problem-unknown-officer = Nobody of that name works on this tablet: sign in once.
problem-full = Only { $n } MB are free: make room before taking photos.
problem-network = The server cannot be reached. Everything is kept here: try again with a network.
problem-cancelled = Stopped; it goes on from here next time.
problem-refused = The server refused: { $a }
problem-not-yet = Not yet: { $a }
problem-input = That cannot be taken: { $a }
problem-update = The app is too old: update it. Everything recorded is kept, and you can go on.
problem-enrol-empty = Enter the server's address and the code.
problem-no-code = No code was found in it.
problem-no-qr = No QR code was found in the photo: come closer and try again.
problem-name-missing = Enter the name.
problem-choose-reason = Choose one.
problem-note-missing = Say what happened.
problem-photo-of-door = Take a photo of the scene first and choose it.
problem-choose-outcome = Choose a result.
problem-no-number = That is no number with at most three decimals.
problem-no-day = That is no day: write it as 2026-11-24.
problem-reason-missing = Say why.
problem-witness-missing = Name the witness.
problem-signature-missing = Sign inside the frame.
problem-conflict-moved = It has just changed: look at it again before choosing.
problem-record-incomplete = Something is missing: it cannot be confirmed yet.
problem-photo-unreadable = The photo could not be read: take it again.
problem-too-many-marks = Too many marks at once: save some of them first.
