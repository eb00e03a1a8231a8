package io.mlops4j.samples.service;

import io.mlops4j.model.ModelRef;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads environment variables and collects what is wrong with them. A variable with the prefix that
 * nothing reads is an error, too, because it is probably misspelt.
 */
final class Environment {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m)");

  /** The variables that Kubernetes sets for a service whose name begins with mlops. */
  private static final Pattern KUBERNETES =
      Pattern.compile(
          ".+_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)");

  /** Whoever sets more has mistaken the unit; centuries do not fit into nanoseconds. */
  private static final Duration LONGEST = Duration.ofDays(1);

  private final Map<String, String> variables = new TreeMap<>();
  private final TreeSet<String> known = new TreeSet<>();
  private final List<String> problems = new ArrayList<>();

  Environment(String prefix, Map<String, String> all) {
    all.forEach(
        (name, value) -> {
          if (name.startsWith(prefix) && !KUBERNETES.matcher(name).matches()) {
            variables.put(name, value);
          }
        });
  }

  Optional<String> text(String name) {
    known.add(name);
    String value = variables.get(name);
    if (value != null && value.isBlank()) {
      problems.add(name + ": found an empty value, expected one; unset it to use the default");
      return Optional.empty();
    }
    return Optional.ofNullable(value);
  }

  /** A required text. */
  String text(String name, String what) {
    Optional<String> value = text(name);
    if (value.isEmpty() && !variables.containsKey(name)) {
      problems.add(name + ": not set, expected " + what);
    }
    return value.orElse("");
  }

  /** A required alias. */
  String alias(String name, String what) {
    return alias(name, Optional.of(text(name, what))).orElse("");
  }

  /** A model and an alias. */
  Optional<String> alias(String name) {
    return alias(name, text(name));
  }

  private Optional<String> alias(String name, Optional<String> value) {
    if (value.isPresent() && !value.get().isEmpty() && !isAlias(value.get())) {
      problems.add(
          "%s: found \"%s\", expected a model and an alias, for example flight-delay@champion"
              .formatted(name, value.get()));
    }
    return value;
  }

  private static boolean isAlias(String text) {
    try {
      return ModelRef.parse(text).alias().isPresent();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  Optional<Path> path(String name) {
    return text(name).flatMap(value -> path(name, Optional.of(value)));
  }

  /** A required path. */
  Path path(String name, String what) {
    return path(name, Optional.of(text(name, what))).orElse(Path.of(""));
  }

  private Optional<Path> path(String name, Optional<String> value) {
    try {
      return value.map(Path::of);
    } catch (InvalidPathException e) {
      problems.add(name + ": found \"" + value.orElse("") + "\", expected a path");
      return Optional.empty();
    }
  }

  int number(String name, int orElse, int least, int most) {
    Optional<String> value = text(name);
    if (value.isEmpty()) {
      return orElse;
    }
    try {
      int number = Integer.parseInt(value.get());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // the same message as for a number out of range
    }
    problems.add(
        "%s: found \"%s\", expected a whole number from %d to %d; unset it to use the default, %d"
            .formatted(name, value.get(), least, most, orElse));
    return orElse;
  }

  Duration duration(String name, Duration orElse) {
    Optional<String> value = text(name);
    if (value.isEmpty()) {
      return orElse;
    }
    Matcher parts = DURATION.matcher(value.get());
    if (parts.matches()) {
      long number = Long.parseLong(parts.group(1));
      Duration time =
          switch (parts.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            default -> Duration.ofMinutes(number);
          };
      if (!time.isZero() && time.compareTo(LONGEST) <= 0) {
        return time;
      }
    }
    problems.add(
        "%s: found \"%s\", expected a time more than zero and at most a day, for example 500ms, 2s or 1m; unset it to use the default"
            .formatted(name, value.get()));
    return orElse;
  }

  /** Adds what is wrong with several values. */
  void wrong(String problem) {
    problems.add(problem);
  }

  /** Throws if anything was wrong. */
  void check() {
    for (String name : variables.keySet()) {
      if (!known.contains(name)) {
        String nearest = known.stream().min(Comparator.comparing(it -> distance(it, name))).get();
        problems.add(name + ": no such setting; did you mean " + nearest + "?");
      }
    }
    if (!problems.isEmpty()) {
      throw new SettingsException(String.join("\n", problems));
    }
  }

  /** The Levenshtein distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
