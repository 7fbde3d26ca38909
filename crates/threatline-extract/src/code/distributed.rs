//! What a tool put together to be shipped: a library for browsers, a bundle. It is nobody's own source, and large.

use threatline_facts::Language;

/// So much of a file tells; banners of licences before it are shorter.
const HEAD: usize = 4 << 10;

/// What bundlers write before the modules that they put together.
const BOOTSTRAPS: [&str; 5] =
    ["webpackBootstrap", "webpackUniversalModuleDefinition", "parcelRequire", "function r(e,n,t){function o(i,f){", "function e(t,n,r){function s(o,u){"];

/// Whether a file is a distribution: it keeps a banner as only minifiers are told to (`/*! name v1.2.3`), is wrapped as
/// a universal module definition for loaders of any kind, or begins as bundles of webpack, Parcel and Browserify do.
pub(super) fn is_distributed(language: Language, text: &str) -> bool {
    if language != Language::JavaScript {
        return false;
    }
    let end = (0..=HEAD.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let head = &text[..end];
    let start = head.trim_start_matches('\u{feff}').trim_start();
    start.starts_with("/*!") || head.contains("define.amd") && head.contains("typeof exports") || BOOTSTRAPS.iter().any(|bootstrap| head.contains(bootstrap))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distributions_are_told_from_source() {
        let js = |text: &str| is_distributed(Language::JavaScript, text);
        assert!(js("\u{feff}/*!\n * jQuery JavaScript Library v3.3.1\n */\n(function (global) {})"));
        assert!(js(
            "(function (root, factory) { if (typeof define === 'function' && define.amd) define([], factory); else if (typeof exports === 'object') module.exports = factory(); })(this, f)"
        ));
        assert!(js("/******/ (() => { // webpackBootstrap\n"));
        assert!(!js("/* eslint-disable */\nconst app = require('express')();"));
        assert!(!js("/** @license MIT */\nexport default { async fetch() {} }"));
        assert!(!js("if (typeof exports === 'object') module.exports = app;"));
        assert!(!is_distributed(Language::TypeScript, "/*! kept */\nimport express from 'express';"));
    }
}
