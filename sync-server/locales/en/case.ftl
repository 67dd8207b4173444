confirm-after = Once confirmed
confirm-reason = Reasons and demands
confirm-reason-hint = goes into the paper and the history
assign-title = Assign inspectors { $number }
assign-first = Assign inspectors
assign-nobody = Nobody can be assigned
assign-nobody-advice = Ask the administrator to add inspectors with an enforcement card.
assign-replace = Replace inspectors
assign-two = Choose two inspectors
assign-two-why = an inspection takes at least two people
assign-standin-of = Stand-in of { $name }
assign-inspector = Inspector
assign-card = Card number
assign-workload = Open work
assign-standin = Stand-in
assign-no-standin = none
assign-send = Assign and send to the tablets
case-nothing-to-do = There is nothing for you to do now.
case-way = Progress
case-completeness = Completeness
case-sign-offs = Sign-offs of the inspectors
case-sealed = Sealed
case-set-aside = Kept aside, not used ({ $count })
case-materials = Materials ({ $count })
case-no-documents = No papers yet. They appear here as the case goes on.
case-documents = Papers
case-filter = Filter items
case-result = Findings
item-fails = not fulfilled
item-unanswered = unanswered
item-photos = with photos
conflict-open = In conflict, to be resolved by the inspectors on a tablet
conflict-resolved = Conflict resolved
item-conflict = in conflict
case-filter-none = There are no such items.
case-filter-show-all = Show all
item-all = all
item-unconfirmed-why = This requirement is yet to be confirmed by the agency
item-unconfirmed = to be confirmed
photo-still-on-tablet = { $alt }, still on the tablet
photo-not-here = not here
item-clause = Clause
item-what = Item
item-requirement = Requirement
item-value = Result
item-verdict = Verdict
case-history = History
case-history-what = who, when, what, on which grounds
case-no-history = Nothing is recorded yet.
history-when = When
history-who = Who
history-did = What
case-as-of = As of
conflict-set-to = set it to
conflict-reason = ; reason: { $reason }
photos-where =  ({ $where })
photos = Photos
case-application = Application
assign-open = { $count ->
    [one] one open
   *[other] { $count } open
}
assign-none-open = none open
block-photos = { $missing ->
    [one] One photo is
   *[other] { $missing } photos are
} missing ({ $place })
complete-arriving = Arriving
complete-waiting = Waiting for the seal
complete-not = Not complete
block-sealing = Everything is there; the seal is being made
unknown-tablet = an unknown tablet
tablet-seen = , last heard { $at }
tablet-of = tablet of { $who }{ $tablet }
photos-at = { $count } on { $tablet }{ $seen }
check-answered = All { $count } items are answered
check-open = { $count ->
    [one] One item is
   *[other] { $count } items are
} not complete
check-conflicts = { $count ->
    [one] One conflict is
   *[other] { $count } conflicts are
} not resolved
check-no-conflicts = No conflicts
check-conflicts-resolved = { $resolved ->
    [one] One conflict, resolved
   *[other] { $resolved } conflicts, all resolved
}
list-and-more = { $shown }; and { $more } more
block-applicant = The applicant has not confirmed the record
check-applicant-not = Record not confirmed by the applicant yet
block-applicant-old = The applicant confirmed an older state
check-applicant-old = The applicant confirmed an older state
state-then-changed = state { $state }, changed since
check-applicant = The applicant confirmed the record
signed-by-at = signed by { $name } at { $at }
check-applicant-refused = The applicant refused to sign, as noted
reason-and-witness = { $reason }; witness { $witness }
check-applicant-absent = The applicant was absent, as noted
block-sign = { $name } has not signed
sign-not = Not signed
sign-done = Signed
at-and-state = { $at } · state { $state }
block-sign-old = { $name } signed an older state
sign-old = Signed an older state
at-and-state-changed = { $at } · state { $state }, changed since
block-sign-arriving = Not everything that { $name } signed has arrived
sign-arriving = Signed, changes still arriving
aside-late = A change from { $tablet } at { $at } ({ $size }) came after the seal; kept, but not changing what is sealed
aside-refused = Refused from { $tablet } at { $at } ({ $size }) and kept aside: { $reason }
material-missing = Missing: { $name }
fact-credit-code = Credit code
fact-representative = Representative
fact-responsible = Responsible
fact-ruleset = Conditions
decision-granted = Granted
decision-refused = Refused
fact-bound = Bound to
the-system = System
document-permit = Permit { $number }
round-and-ruleset = Round { $round } · { $ruleset }
section-passed = { $passed }/{ $total } fulfilled
photos-no-place = None of the photos has a place; the address cannot be compared
photos-distance = Photos { $range } from the registered address ({ $placed } of { $all } have a place)
instrument = Instrument: { $name }
instrument-until = , calibrated until { $until }
outsourced = Outsourced: { $name }
outsourced-contract = , contract { $contract }
outsourced-until = , until { $until }
earlier-round = Last round: { $found }, { $photos ->
    [one] one photo
   *[other] { $photos } photos
}
value-none = unanswered
unknown-person = unknown person
photo-lacking = photo missing
verdict-incomplete = incomplete
step-receive-correction = Take in what was missing
step-assign-again = Assign the re-inspection
step-issue = Issue the permit
step-deliver = Record the delivery
step-request-correction = Tell all that is missing
step-refuse-acceptance = Refuse acceptance
step-accept = Accept
block-nothing-failed = No item fails
step-return = Send failed items back
step-permit = See the permit
block-own = You took part in this inspection: another approver has to decide
block-role = To be done by: { $roles }
block-materials = { $count ->
    [one] One material is
   *[other] { $count } materials are
} missing
ask-request-correction = Tell the applicant everything that is missing?
ask-receive-correction = Which of the missing materials came in?
ask-accept = Accept this application?
ask-refuse-acceptance = Refuse to accept this application?
ask-return = Which items go back for rectification?
ask-issue = Issue the permit?
ask-deliver = Was the permit handed over?
button-request-correction = Tell the applicant
button-receive-correction = Record it
button-return = Send back
ticks-request-correction = Materials to be handed in
ticks-return = Items that fail or are not complete
then-request-correction-once = This can be told only once: make sure nothing is left out.
then-request-correction-clock = The clock stands still until it is handed in; what was told goes into the history.
then-receive-correction = When complete it can be accepted; the limits run from the day after acceptance.
then-accept-ruleset = It is inspected and judged by the conditions in force today, whatever changes later.
then-accept-final = Acceptance cannot be taken back.
then-refuse-acceptance = The case ends for good; the applicant may apply again.
then-return-items = Only these items are inspected again, with the earlier photos beside them.
then-return-rest = The results of all other items stand.
then-issue = Makes the number, the PDF and the QR code; it cannot be issued twice.
then-deliver = The case is complete; one more visit of the applicant is counted.
materials-all = { $count }, complete
materials-lack = { $count } missing: { $names }
fact-matter = Matter
fact-materials = Materials
accept-no-matter = The matter is no longer among the rules; it cannot be accepted.
accept-limits = The limits run from { $from }: promised { $promised }, statutory { $statutory }.
accept-limits-unknown = The limits reach into a year without a table of working days and cannot be counted; ask the administrator to load it.
leg-for = for { $duration }
leg-took = took { $took }
visits-line = Applicant came { $count ->
    [one] once
   *[other] { $count } times
} (goal: at most { $visits-goal })
deadline-unknown = cannot be counted: no table of working days, ask the administrator to load it
deadline-left-unknown = days left unknown: no table of working days
deadline-over = { $over ->
    [one] one working day
   *[other] { $over } working days
} overdue
deadline-today = due today
deadline-left = { $days ->
    [one] one working day
   *[other] { $days } working days
} left
working-day = working day { $used }/{ $total }
ask-hand-over = Hand over to which clerk?
ask-visit = Record a visit of the applicant?
ask-stop-clock = Stop the clock?
ask-resume-clock = Let the clock go on?
ask-extend = Give the case more time?
step-hand-over = Hand over
step-visit = Record a visit
step-stop-clock = Stop the clock
step-resume-clock = Resume the clock
step-extend = Extend the limits
step-materials = Materials
options-hand-over = The clerk who takes over
options-stop-clock = Lawful reason
options-extend = How much more time
extend-days = { $days } working days
reason-others = What else has to be corrected (optional, one thing a line)
reason-hand-over = Note: how far it is, what is left to do
reason-visit = What they came for
reason-stop-clock = What is awaited, and how long it will probably take
reason-extend = Why more time is needed
then-hand-over = The other clerk is responsible from now on; the handover goes into the history.
then-visit = One more visit of the applicant is counted.
then-stop-clock = From today the days do not count until the clock goes on; nor does anybody warn.
then-resume-clock = The limits move by the working days the clock stood still.
then-extend = More time can be given once, by a head, and the applicant is told why.
then-paper = The written notice is made and put into the register of papers.
papers-due = { $count ->
    [one] One paper is
   *[other] { $count } papers are
} still to be made
papers-make = Make now
papers-all = All papers as one PDF
done-papers = The papers are made.
clock-stopped = clock stopped
clock-stopped-since = stopped since { $day }: { $reason }
limits-title = Limits of each step
limit-name = Step
limit-due = Promised / statutory
limit-state = State
limit-met = met
limit-running = running
limit-warning = close to its end
limit-broken = promise broken
limit-overdue = overdue
limit-used-of = { $used }/{ $days } working days
aside-download = download
photos-earlier = last round
photo-reused = The same photo is used in { $places }
photo-reused-place = { $number } round { $round }
photo-twice = The same photo is used twice in this round
step-suspend-permit = Suspend the permit
step-reinstate-permit = Give the permit its force back
step-revoke-permit = Revoke the permit
ask-suspend-permit = Suspend the force of this permit?
ask-reinstate-permit = Give this permit its force back?
ask-revoke-permit = Revoke this permit?
reason-force = Reasons and law
then-suspend-permit = The check page and the list say so at once; it can get its force back.
then-reinstate-permit = The check page says valid again.
then-revoke-permit = The check page and the list say so at once, for good.
