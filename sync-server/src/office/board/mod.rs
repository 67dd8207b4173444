//! What anybody may read without a login: the procedure board (受理程序告知牌) of every matter and
//! the forms to fill in.

pub(crate) mod forms;
pub mod show;
