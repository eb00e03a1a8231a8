package io.mlops4j.runtime.onnx;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells versions of ONNX Runtime that this was not tested with; they run, but say so. */
final class OnnxVersion {
  private static final Pattern NUMBERS = Pattern.compile("(\\d{1,6})\\.(\\d{1,6}).*");

  private OnnxVersion() {}

  /** What to tell of a version that is older than the tested one; empty for all others. */
  static Optional<String> unlikeTested(String found) {
    return isOlder(found, OnnxEngineProvider.TESTED)
        ? Optional.of(
            "found ONNX Runtime %s on the class path, expected %s, which is what this library was tested with: it is used, but devices, limits and answers may be others; another dependency may have brought it, as mvn dependency:tree tells: exclude it there"
                .formatted(found, OnnxEngineProvider.TESTED))
        : Optional.empty();
  }

  private static boolean isOlder(String found, String tested) {
    Matcher one = NUMBERS.matcher(found);
    Matcher other = NUMBERS.matcher(tested);
    if (!one.matches() || !other.matches()) {
      return false; // a build of somebody's own, who knows
    }
    int major = Integer.compare(number(one, 1), number(other, 1));
    return major < 0 || (major == 0 && number(one, 2) < number(other, 2));
  }

  private static int number(Matcher version, int group) {
    return Integer.parseInt(version.group(group));
  }
}
