decision-check-title = Check the decision { $number }
decision-back = Back to change it
decision-check = Check, then decide
decision-binds = The decision is bound to these sealed states; what arrives later does not change it
decision-binds-none = No inspection is bound.
decision-grant = Grant the permit
decision-refuse = Refuse the permit
decision-reasons = Reasons
decision = Decision
decision-title = Decide { $number }
decision-decide = Decide
decision-blocked = A decision is not possible yet
decision-grounds = What the decision rests on
decision-failed = Items not fulfilled ({ $count })
decision-refuse-hint = Reasons are required, and the applicant is told of the right to review and to sue
decision-reasons-when = required when refusing
decision-go-check = Check before deciding
back = Back
wrong-stale = Somebody else has just acted on this case; below is how it stands now: check it again before deciding
wrong-no-reasons = Refusing takes reasons; the applicant receives them
wrong-no-outcome = Choose to grant or to refuse
wrong-reasons-long = Reasons take at most { $reason-chars } characters
fact-decided-on = Date of decision
fact-validity = Validity
validity-years = { $years } years from the day of issue
bound-line = Round { $round } · state { $state } · evidence { $count }
grant-blocked-failed = { $count ->
    [one] One item is
   *[other] { $count } items are
} not fulfilled: send back or refuse
grant-blocked-open = { $open ->
    [one] One item is
   *[other] { $open } items are
} not complete: send back or refuse
grant-blocked-rectify = After rectification it has to be inspected again first
decide-wrong-state = The case is “{ $state }”: there is nothing to decide
round-and-officers = Round { $number }, { $officers }
counts-line = { $total } items: { $pass } fulfilled, { $fail } not, { $missing } not complete, { $other } not applicable
fact-inspection = Inspection
not-sealed = not sealed yet
fact-sealed-state = Sealed state
