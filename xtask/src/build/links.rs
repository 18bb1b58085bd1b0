//! Which of `index.html`'s programs Trunk builds.

use std::{fs, ops::Range, path::PathBuf};

use crate::{
    args::Args,
    shell::{Done, Outcome, file_trouble, root, stop},
};

const COPY: &str = ".index-copy.html";
/// The program with a GPU under it.
pub const GPU_ENGINE: &str = "engine-webgpu";

/// The page to give to Trunk: `index.html`, or a copy beside it whose link to the WebGPU engine is gone or asks for a quicker build.
pub fn index_for(args: &Args) -> Outcome<PathBuf> {
    let index = root().join("index.html");
    if !args.cpu_only && !args.trial {
        return Ok(index);
    }
    let html = fs::read_to_string(&index).map_err(file_trouble("read", &index))?;
    let changed = if args.cpu_only {
        without_bin(&html, GPU_ENGINE)
    } else {
        with_profile(&html, GPU_ENGINE, "trial")
    };
    let changed = changed.ok_or_else(|| {
        stop(format!(
            "index.html has no <link data-trunk … data-bin=\"{GPU_ENGINE}\" … data-cargo-profile=\"…\">, so how it is built cannot be changed"
        ))
    })?;
    let copy = root().join(COPY);
    fs::write(&copy, changed).map_err(file_trouble("write", &copy))?;
    Ok(copy)
}

/// Removes the copy.
pub fn tidy(index: &std::path::Path) -> Done {
    if index.ends_with(COPY) {
        fs::remove_file(index).map_err(file_trouble("remove", index))
    } else {
        Ok(())
    }
}

/// The page without the `<link …>` that names this program.
fn without_bin(html: &str, bin: &str) -> Option<String> {
    let link = link_of(html, bin)?;
    Some(format!("{}{}", html.get(..link.start)?, html.get(link.end..)?))
}

/// The page with another cargo profile in the `<link …>` that names this program.
fn with_profile(html: &str, bin: &str, profile: &str) -> Option<String> {
    const KEY: &str = "data-cargo-profile=\"";
    let link = link_of(html, bin)?;
    let start = link.start + html.get(link.clone())?.find(KEY)? + KEY.len();
    let end = start + html.get(start..link.end)?.find('"')?;
    Some(format!("{}{profile}{}", html.get(..start)?, html.get(end..)?))
}

/// Where the `<link …>` that names this program stands.
fn link_of(html: &str, bin: &str) -> Option<Range<usize>> {
    let at = html.find(&format!("data-bin=\"{bin}\""))?;
    let start = html.get(..at)?.rfind("<link")?;
    let end = at + html.get(at..)?.find('>')? + 1;
    Some(start..end)
}

#[cfg(test)]
mod tests {
    #[test]
    fn one_link_goes_and_the_others_stay() {
        let html = "<head><link data-bin=\"engine\" /><link data-trunk\n data-bin=\"engine-webgpu\"\n data-type=\"worker\" /><meta></head>";
        assert_eq!(
            super::without_bin(html, "engine-webgpu").as_deref(),
            Some("<head><link data-bin=\"engine\" /><meta></head>")
        );
        assert_eq!(super::without_bin(html, "engine-cuda"), None);
    }

    #[test]
    fn one_link_gets_another_profile() {
        let html = "<link data-bin=\"engine\" data-cargo-profile=\"a\" /><link data-cargo-profile=\"a\" data-bin=\"engine-webgpu\" />";
        assert_eq!(
            super::with_profile(html, "engine-webgpu", "bc").as_deref(),
            Some("<link data-bin=\"engine\" data-cargo-profile=\"a\" /><link data-cargo-profile=\"bc\" data-bin=\"engine-webgpu\" />")
        );
        assert_eq!(super::with_profile("<link data-bin=\"engine\" />", "engine", "b"), None);
    }
}
