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
    let config = set(&[
        ("optimiser", "lars"),
        ("nesterov", "true"),
        ("trust", "0.02"),
        ("trust_clip", "true"),
        ("schedule", "steps"),
        ("milestones", "0.7, 0.8, 0.9"),
        ("lr_scale", "sqrt"),
    ])
    .unwrap();
    assert_eq!((config.optimiser.as_str(), config.schedule.as_str()), ("lars", "steps"));
    assert_eq!((config.trust, config.trust_clip, config.nesterov), (0.02, true, true));
    assert_eq!((config.milestones, config.lr_scale.as_str()), (vec![0.7, 0.8, 0.9], "sqrt"));
}

#[test]
fn a_method_may_be_set_like_anything_else_and_brings_its_own_presets_and_knobs() {
    let named = Settings {
        method: Some("byol"),
        ..Settings::default()
    };
    assert_eq!(set(&[("method", "byol")]).unwrap(), named.resolve().unwrap());
    assert_eq!(set(&[("teacher_momentum", "0.9"), ("method", "byol")]).unwrap().method, "byol");
    let twice = Settings {
        set: vec![("method".into(), "mae".into())],
        ..named
    };
    assert!(twice.resolve().unwrap_err().to_string().contains("two methods"));
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
        ("optimiser", "adam"),
        ("schedule", "cosin"),
        ("lr_scale", "linear"),
        ("momentum", "1"),
        ("nesterov", "maybe"),
        ("trust", "0"),
        ("milestones", "0.8,0.6"),
        ("milestones", "60,80"),
        ("gamma", "0"),
        ("final_lr", "-1"),
        ("bias_lr", "inf"),
        ("weight_decay_end", "-0.1"),
        ("watts", "nan"),
        ("watts", "inf"),
        ("watts", "-3"),
        ("steps", "9000000000000000000"),
        ("steps", "18446744073709551615"),
    ] {
        let error = set(&[(name, value)]).unwrap_err().to_string();
        assert!(error.contains(name), "{name}={value}: {error}");
    }
}

#[test]
fn settings_that_need_each_other_say_so() {
    let error = set(&[("optimiser", "sgd"), ("nesterov", "true"), ("momentum", "0")])
        .unwrap_err()
        .to_string();
    assert!(error.contains("nesterov") && error.contains("momentum above 0"), "{error}");
    let error = set(&[("optimiser", "adam")]).unwrap_err().to_string();
    assert!(error.contains("adamw, muon, sgd, lars"), "{error}");
}

#[test]
fn a_file_of_before_there_was_a_choice_means_adamw_and_a_cosine() {
    let old: RunConfig = toml::from_str("base_lr = 0.004\nwarmup = 0.1\nbetas = [0.9, 0.95]\nsteps = 10\n").unwrap();
    check(&old).unwrap();
    assert_eq!(
        (old.optimiser.as_str(), old.schedule.as_str(), old.lr_scale.as_str()),
        ("adamw", "cosine", "linear256")
    );
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

#[test]
fn what_is_said_of_a_value_is_true_of_it() {
    for (name, value, takes) in [
        ("batch", "99999999999999", "1 to 1048576 pictures"),
        ("batch", "0", "1 to 1048576 pictures"),
        ("accumulate", "70000", "1 to 65536"),
        ("steps", "18446744073709551615", "no more than"),
        ("steps", "9000000000000000000", "up to"),
        ("steps", "-1", "0 or more"),
    ] {
        let error = set(&[(name, value)]).unwrap_err().to_string();
        assert!(error.contains(takes), "{name}={value}: {error}");
    }
}

#[test]
fn no_number_of_a_run_may_be_infinite_or_none() {
    let table = toml::Table::try_from(RunConfig::default()).unwrap();
    for (name, value) in table {
        for wrong in ["nan", "inf", "-inf"] {
            if value.is_float() {
                let error = set(&[(&name, wrong)]).unwrap_err().to_string();
                assert!(error.contains(&name), "{name}={wrong}: {error}");
            }
        }
    }
}

#[test]
fn a_masked_model_has_at_least_two_patches() {
    for (size, patch) in [("8", "8"), ("32", "32"), ("1", "1")] {
        let error = set(&[("size", size), ("patch", patch), ("overlap", "false")])
            .unwrap_err()
            .to_string();
        assert!(error.contains("patch") && error.contains("at least two"), "{error}");
    }
    set(&[("size", "16"), ("patch", "8")]).unwrap();
}
