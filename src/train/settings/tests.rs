#![allow(clippy::unwrap_used)]
use super::*;

fn set(pairs: &[(&str, &str)]) -> Result<RunConfig, TrainError> {
    let set = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Settings {
        set,
        ..Settings::default()
    }
    .resolve()
}

#[test]
fn every_field_and_knob_can_be_set_as_typed() {
    let config = set(&[
        ("batch", "8"),
        ("base_lr", "1"),
        ("betas", "0.8, 0.9"),
        ("data", "12"),
        ("mask", "random:0.5"),
        ("crop", "[0.5, 1]"),
    ])
    .unwrap();
    assert_eq!(
        (config.batch, config.base_lr, config.betas, config.data.as_str(), config.crop),
        (8, 1.0, [0.8, 0.9], "12", [0.5, 1.0])
    );
    assert_eq!(config.knobs["mask"], toml::Value::String("random:0.5".into()));
}

#[test]
fn a_wrong_name_is_answered_with_the_nearest() {
    for (name, meant) in [("bacth", "batch"), ("encoder_dims", "encoder_dim"), ("base-lr", "base_lr")] {
        let error = set(&[(name, "1")]).unwrap_err().to_string();
        assert!(
            error.contains(name) && error.contains(&format!("did you mean \"{meant}\"")),
            "{error}"
        );
    }
    let error = Settings {
        preset: Some("photo"),
        ..Settings::default()
    }
    .resolve()
    .unwrap_err()
    .to_string();
    assert!(error.contains("did you mean \"photos\""), "{error}");
    let error = Settings {
        method: Some("mea"),
        ..Settings::default()
    }
    .resolve()
    .unwrap_err()
    .to_string();
    assert!(error.contains("did you mean \"mae\""), "{error}");
}

#[test]
fn values_that_cannot_be_are_named() {
    for (name, value) in [
        ("batch", "many"),
        ("batch", "0"),
        ("batch", "-1"),
        ("betas", "1,2,3"),
        ("crop", "0,1"),
        ("average", "1"),
        ("patch", "7"),
        ("base_lr", "nan"),
        ("mask", "randon:0.5"),
    ] {
        let error = set(&[(name, value)]).unwrap_err().to_string();
        assert!(error.contains(name), "{name}={value}: {error}");
    }
}

#[test]
fn a_saved_configuration_repeats_itself() {
    let config = set(&[("seed", "7"), ("batch", "3"), ("mask", "half:left")]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, toml::to_string(&config).unwrap()).unwrap();
    assert_eq!(
        Settings {
            file: Some(&path),
            ..Settings::default()
        }
        .resolve()
        .unwrap(),
        config
    );
    std::fs::write(&path, "bacth = 3").unwrap();
    let error = Settings {
        file: Some(&path),
        ..Settings::default()
    }
    .resolve()
    .unwrap_err()
    .to_string();
    assert!(error.contains("bacth"), "{error}");
}

#[test]
fn a_file_binds_more_than_a_preset_and_less_than_a_setting() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.toml");
    std::fs::write(&path, "batch = 5\nseed = 9\nsteps = 3\n").unwrap();
    let set = vec![("seed".to_owned(), "4".to_owned())];
    let config = Settings {
        preset: Some("photos"),
        file: Some(&path),
        set,
        ..Settings::default()
    }
    .resolve()
    .unwrap();
    let photos = Settings {
        preset: Some("photos"),
        ..Settings::default()
    }
    .resolve()
    .unwrap();
    assert_eq!((config.batch, config.seed), (5, 4));
    assert_eq!(config.knobs, photos.knobs);
}
