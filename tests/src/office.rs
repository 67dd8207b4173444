//! An officer at a browser: logs in, opens pages, fills in forms as they stand on the page.
//! Nothing is posted that the page did not offer.

use std::time::Duration;

use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body};

use crate::Failure;

/// Codes tried in one login before giving up.
const CODES: usize = 8;

/// One browser session.
pub struct Browser {
    agent: Agent,
    server: String,
    cookie: String,
}

/// A page as it came.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it is.
    pub path: String,
    /// What it says.
    pub html: String,
}

impl Page {
    /// The value of every input of this name, in order.
    #[must_use]
    pub fn values(&self, name: &str) -> Vec<String> {
        let wanted = format!("name=\"{name}\"");
        self.html
            .split('<')
            .filter(|tag| tag.starts_with("input") && tag.contains(&wanted))
            .filter_map(|tag| attribute(tag, "value"))
            .collect()
    }

    /// The value of the first input of this name.
    ///
    /// # Errors
    /// There is none, with the page's own errors.
    pub fn value(&self, name: &str) -> Result<String, Failure> {
        let first = self.values(name).into_iter().next();
        first.ok_or_else(|| format!("{} has no field {name}: {}", self.path, self.said()).into())
    }

    /// The text of the first element with this attribute, such as `data-code`.
    #[must_use]
    pub fn marked(&self, mark: &str) -> Option<String> {
        let at = self.html.find(mark)?;
        let rest = &self.html[at..];
        let begin = rest.find('>')? + 1;
        let end = rest[begin..].find('<')?;
        Some(unescape(rest[begin..begin + end].trim()))
    }

    /// The value of the first attribute of this name anywhere on the page.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.html.split('<').find_map(|tag| attribute(tag, name))
    }

    /// The visible text, shortened, for errors.
    #[must_use]
    pub fn said(&self) -> String {
        let mut text = String::new();
        for part in self.html.split('<').skip(1) {
            if let Some((tag, words)) = part.split_once('>')
                && !tag.starts_with("style")
                && !words.trim().is_empty()
            {
                text.push_str(words.trim());
                text.push(' ');
            }
        }
        unescape(&text.chars().take(600).collect::<String>())
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let wanted = format!(" {name}=\"");
    let begin = tag.find(&wanted)? + wanted.len();
    let end = tag[begin..].find('"')?;
    Some(unescape(&tag[begin..begin + end]))
}

fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

fn encode(fields: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        if !body.is_empty() {
            body.push('&');
        }
        for (text, after) in [(name, "="), (value, "")] {
            for byte in text.bytes() {
                if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                    body.push(char::from(byte));
                } else {
                    body.push_str(&format!("%{byte:02X}"));
                }
            }
            body.push_str(after);
        }
    }
    body
}

impl Browser {
    /// Logs in.
    ///
    /// # Errors
    /// The server is not there, or login and password do not fit.
    pub fn log_in(server: &str, login: &str, password: &str) -> Result<Self, Failure> {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // After a refusal the server may close what an idle connection would be used for.
            .max_idle_connections(0)
            .build()
            .new_agent();
        let mut browser = Self {
            agent,
            server: server.trim_end_matches('/').to_owned(),
            cookie: String::new(),
        };
        let page = browser.get("/login")?;
        let mut fields = vec![("login", login), ("password", password)];
        let csrf = page.values("csrf");
        if let Some(csrf) = csrf.first() {
            fields.push(("csrf", csrf));
        }
        let mut after = browser.post("/login", &fields)?;
        for _ in 0..CODES {
            if !after.path.starts_with("/login/code") {
                break;
            }
            after = browser.give_code(&after)?;
        }
        if after.path.starts_with("/login") || browser.cookie.is_empty() {
            return Err(format!("{login} cannot log in: {}", after.said()).into());
        }
        Ok(browser)
    }

    /// The second step of a login, with the code that a training installation shows.
    fn give_code(&mut self, asks: &Page) -> Result<Page, Failure> {
        let Some(code) = asks.attribute("data-training-code") else {
            // Every code works once; others logged in with those of this minute.
            let wait = asks.attribute("data-training-wait");
            let wait = wait.ok_or_else(|| format!("a code is needed: {}", asks.said()))?;
            std::thread::sleep(Duration::from_secs(wait.parse()?));
            return self.get("/login/code");
        };
        let csrf = asks.value("csrf")?;
        // Somebody else may just have used this code: then the next one is shown.
        match self.post("/login/code", &[("csrf", &csrf), ("code", &code)]) {
            Ok(inside) => Ok(inside),
            Err(_) => self.get("/login/code"),
        }
    }

    /// Opens a page.
    ///
    /// # Errors
    /// The server is not there or answers with an error.
    pub fn get(&mut self, path: &str) -> Result<Page, Failure> {
        let response = self
            .agent
            .get(format!("{}{path}", self.server))
            .header("cookie", &self.cookie)
            .header("accept", "text/html")
            .call()?;
        self.follow(path, response)
    }

    /// The bytes behind an address.
    ///
    /// # Errors
    /// The server is not there or answers with an error.
    pub fn bytes(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let mut response = self
            .agent
            .get(format!("{}{path}", self.server))
            .header("cookie", &self.cookie)
            .call()?;
        if !response.status().is_success() {
            return Err(format!("{path}: {}", response.status()).into());
        }
        Ok(response.body_mut().read_to_vec()?)
    }

    /// Sends a form and follows where it leads.
    ///
    /// # Errors
    /// The server is not there or answers with an error.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Page, Failure> {
        let response = self.send(path, fields)?;
        self.follow(path, response)
    }

    /// The status a form is answered with.
    ///
    /// # Errors
    /// The server is not there.
    pub fn status(&self, path: &str, fields: &[(&str, &str)]) -> Result<StatusCode, Failure> {
        Ok(self.send(path, fields)?.status())
    }

    fn send(&self, path: &str, fields: &[(&str, &str)]) -> Result<Response<Body>, ureq::Error> {
        self.agent
            .post(format!("{}{path}", self.server))
            .header("cookie", &self.cookie)
            .header("accept", "text/html")
            .header("origin", &self.server)
            .content_type("application/x-www-form-urlencoded")
            .send(encode(fields))
    }

    fn follow(&mut self, path: &str, mut response: Response<Body>) -> Result<Page, Failure> {
        for cookie in response.headers().get_all("set-cookie") {
            let cookie = cookie.to_str()?.split(';').next().unwrap_or_default();
            if cookie.ends_with('=') {
                continue;
            }
            cookie.clone_into(&mut self.cookie);
        }
        let status = response.status();
        if status.is_redirection() {
            let location = response
                .headers()
                .get("location")
                .ok_or("a redirect leads nowhere")?
                .to_str()?
                .to_owned();
            return self.get(&location);
        }
        let page = Page {
            path: path.to_owned(),
            html: response.body_mut().read_to_string()?,
        };
        if status.is_success() {
            Ok(page)
        } else {
            Err(format!("{path}: {status}: {}", page.said()).into())
        }
    }
}
