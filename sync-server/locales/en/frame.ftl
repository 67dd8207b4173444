frame-skip = Skip to the text
frame-training-no-force = what is accepted, decided or issued here has no legal force
frame-training = Training installation · business date
frame-menu = Main menu
frame-register = New application
frame-tablets = Tablets
frame-find = Find a case
frame-find-what = case number, applicant, address
frame-log-out = Log out
frame-cases = Cases
frame-product = Kanyan
frame-error-code = Code { $code }
form-wrong = { $count ->
    [one] One thing has to be corrected
   *[other] { $count } things have to be corrected
}
form-wrong-kept = Everything you typed is still here: correct it and send it again.
login-forgotten = If you forgot your password, ask your administrator to reset it. Unsent work on tablets is not affected.
login-name = User name
login-password = Password
login-title = Log in

# The script fills in what stands in brackets.
live-on = Updating live
live-lost = Connection lost; the page is as of [at], reconnecting
live-failed = The update failed; the page is as of before [at], no data is lost
live-updated = Updated [at]
live-news = New cases: [count]. Update the list
live-changed = The list has changed. Update it
error-back = Back to the cases
missing-year = The working days of { $year } are not loaded, and limits that reach into it cannot be counted. Once the holidays are published, add the year to workdays.toml in the folder of rules and restart the server.
