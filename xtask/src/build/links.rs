//! Which of `index.html`'s programs Trunk builds.

use std::{fs, path::PathBuf};

use crate::{
    args::Args,
    shell::{Done, Outcome, file_trouble, root, stop},
};

const WITHOUT_WEBGPU: &str = ".index-cpu-only.html";

/// The page to give to Trunk: `index.html`, or a copy beside it without the WebGPU engine's link.
pub fn index_for(args: &Args) -> Outcome<PathBuf> {
    let index = root().join("index.html");
    if !args.cpu_only {
        return Ok(index);
    }
    let html = fs::read_to_string(&index).map_err(file_trouble("read", &index))?;
    let less = without_bin(&html, "engine-webgpu").ok_or_else(|| {
        stop("index.html has no <link data-trunk … data-bin=\"engine-webgpu\">, so --cpu-only does not know what to leave out")
    })?;
    let copy = root().join(WITHOUT_WEBGPU);
    fs::write(&copy, less).map_err(file_trouble("write", &copy))?;
    Ok(copy)
}

/// Removes the copy.
pub fn tidy(index: &std::path::Path) -> Done {
    if index.ends_with(WITHOUT_WEBGPU) {
        fs::remove_file(index).map_err(file_trouble("remove", index))
    } else {
        Ok(())
    }
}

/// The page without the `<link …>` that names this program.
fn without_bin(html: &str, bin: &str) -> Option<String> {
    let at = html.find(&format!("data-bin=\"{bin}\""))?;
    let start = html.get(..at)?.rfind("<link")?;
    let end = at + html.get(at..)?.find('>')? + 1;
    Some(format!("{}{}", html.get(..start)?, html.get(end..)?))
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
}
