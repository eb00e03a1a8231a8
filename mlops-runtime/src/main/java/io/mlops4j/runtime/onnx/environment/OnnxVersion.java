package io.mlops4j.runtime.onnx.environment;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Detects versions of ONNX Runtime older than the tested one. They run, after a warning. */
public final class OnnxVersion {
  /** The version that all tests ran with. */
  public static final String TESTED = "1.29.0";

  private static final Pattern NUMBERS = Pattern.compile("(\\d{1,6})\\.(\\d{1,6}).*");

  private OnnxVersion() {}

  /**
   * Returns a warning about a version older than the tested one.
   *
   * @param found the version on the class path
   * @return the warning; empty for all other versions
   */
  public static Optional<String> unlikeTested(String found) {
    return isOlder(found, TESTED)
        ? Optional.of(
            "found ONNX Runtime %s on the class path, expected %s, the tested version. It is used, but devices, limits and answers may differ; run mvn dependency:tree to find the dependency that brings it, and exclude it there"
                .formatted(found, TESTED))
        : Optional.empty();
  }

  /** Returns false if one of them is not a version. */
  static boolean isOlder(String found, String tested) {
    Matcher one = NUMBERS.matcher(found);
    Matcher other = NUMBERS.matcher(tested);
    if (!one.matches() || !other.matches()) {
      return false; // a custom build, whose number has no meaning
    }
    int major = Integer.compare(number(one, 1), number(other, 1));
    return major < 0 || (major == 0 && number(one, 2) < number(other, 2));
  }

  private static int number(Matcher version, int group) {
    return Integer.parseInt(version.group(group));
  }
}
