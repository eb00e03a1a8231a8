package io.mlops4j.runtime.cli;

import java.util.Map;

/** Puts the options of the command line in the place of methods that a message advises to call. */
final class ShellAdvice {
  private static final String FEATURES = "--feature NAME for each, or in the card (--card FILE)";

  private static final Map<String, String> OPTIONS =
      Map.of(
          "LoadOptions.lenientColumns", "--lenient",
          "in the card or in LoadOptions.feature", "in the card (--card FILE)",
          "LoadOptions.builder().features(FeatureSchema.ofNames(...)) or in the model's card",
              FEATURES,
          "LoadOptions.features or in the model's card", FEATURES,
          "LoadOptions.features or the card", "--feature or --card",
          "Reference.builder(time)", "--time COLUMN",
          "a reader gives its rows only once, so open a new one", "check the file and --where");

  private ShellAdvice() {}

  static String of(String message) {
    String advice = message;
    for (Map.Entry<String, String> option : OPTIONS.entrySet()) {
      advice = advice.replace(option.getKey(), option.getValue());
    }
    return advice;
  }
}
