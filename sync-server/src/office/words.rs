//! Words that code chooses: names of states, actions and the like. Chinese first; one place.
