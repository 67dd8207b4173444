//! Every route says who may use it, and is refused to everybody else before its handler runs. A
//! route cannot be added without saying so, and the whole list can be read: the test of every role
//! at every door goes through it.
//!
//! What depends on the case itself (whose turn it is, who inspected) is decided by `cases`.

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{self, MethodRouter};

use super::{Officer, Permission};
use crate::app::App;
use crate::door::Peer;
use crate::error::AppError;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody: logging in, enrolling, checking a permit, style and scripts.
    Anybody,
    /// Enrolled tablets. The handler's argument [`super::Device`] proves it.
    Tablet,
    /// Officers who are logged in, whatever their roles: what is about themselves.
    Officer,
    /// Officers with this permission.
    Permitted(Permission),
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// Its method; GET includes HEAD.
    pub method: Method,
    /// Its path as axum writes it, such as `/cases/{id}`.
    pub path: String,
    /// Who may use it.
    pub access: Access,
}

/// Routes with who may use them.
#[derive(Debug, Default)]
pub struct Doors {
    routes: Vec<(Door, MethodRouter<App>)>,
}

impl Doors {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers GET (and HEAD).
    #[must_use]
    pub fn get<H, T>(self, path: impl Into<String>, access: Access, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.route(Method::GET, path.into(), access, routing::get(handler))
    }

    /// Answers POST.
    #[must_use]
    pub fn post<H, T>(self, path: impl Into<String>, access: Access, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.route(Method::POST, path.into(), access, routing::post(handler))
    }

    /// Answers another method.
    #[must_use]
    pub fn on<H, T>(self, method: &Method, path: &str, access: Access, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let answered = match *method {
            Method::HEAD => routing::head(handler),
            Method::PATCH => routing::patch(handler),
            Method::PUT => routing::put(handler),
            Method::DELETE => routing::delete(handler),
            Method::OPTIONS => routing::options(handler),
            Method::POST => routing::post(handler),
            _ => routing::get(handler),
        };
        self.route(method.clone(), path.to_owned(), access, answered)
    }

    fn route(
        mut self,
        method: Method,
        path: String,
        access: Access,
        answered: MethodRouter<App>,
    ) -> Self {
        let door = Door {
            method,
            path,
            access,
        };
        self.routes.push((door, answered));
        self
    }

    /// These and those of another room.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.routes.extend(other.routes);
        self
    }

    /// The list.
    #[must_use]
    pub fn list(&self) -> Vec<Door> {
        self.routes.iter().map(|(door, _)| door.clone()).collect()
    }

    /// The routes, each behind its check. Whoever mounts pages puts [`super::guard::session`]
    /// around them, which finds the officer.
    pub fn router(self, app: &App) -> Router<App> {
        self.routes
            .into_iter()
            .fold(Router::new(), |router, (door, answered)| {
                let state = (app.clone(), door.access);
                let check = middleware::from_fn_with_state(state, admit);
                router.route(&door.path, answered.route_layer(check))
            })
    }
}

async fn admit(
    State((app, access)): State<(App, Access)>,
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    let extensions = request.extensions();
    if let Some(officer) = extensions.get::<Officer>() {
        app.pace.account(&officer.id)?;
    }
    match access {
        // Reading what is public is as cheap as refusing it.
        Access::Anybody if *request.method() == Method::POST => {
            let peer = extensions.get::<Peer>().copied().unwrap_or_default();
            app.pace.stranger(peer)?;
        }
        Access::Anybody | Access::Tablet => {}
        Access::Officer => {
            extensions.get::<Officer>().ok_or(AppError::LoginRequired)?;
        }
        Access::Permitted(permission) => {
            let officer = extensions.get::<Officer>().ok_or(AppError::LoginRequired)?;
            officer.require(permission)?;
        }
    }
    Ok(next.run(request).await)
}
