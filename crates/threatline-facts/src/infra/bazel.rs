//! What build files of Bazel say.

use super::*;

/// A target of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BuildTarget {
    /// Its name.
    pub name: String,
    /// It is a program.
    pub runs: bool,
    /// Labels of targets that it is made of or with, as written.
    pub needs: Vec<String>,
    /// References of the images that it makes, or labels of targets that images of the name are made by: image, label or none for this one.
    pub images: Vec<(String, Option<String>)>,
    /// Where.
    pub mark: Mark,
}
