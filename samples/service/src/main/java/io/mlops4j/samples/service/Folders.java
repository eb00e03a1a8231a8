package io.mlops4j.samples.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes the state of the service as JSON without the paths of this machine, because every client
 * can read it: the name of the setting replaces each folder. The log has the paths.
 */
final class Folders {
  private final SortedMap<String, String> settings =
      new TreeMap<>(Comparator.comparing(String::length).reversed().thenComparing(path -> path));
  private final Pattern paths;

  Folders(Settings from) {
    add("MLOPS_REGISTRY", from.registry());
    from.data().ifPresent(data -> add("MLOPS_DATA", data));
    from.reference().ifPresent(reference -> add("MLOPS_REFERENCE", reference));
    paths =
        Pattern.compile(
            settings.keySet().stream()
                .map(Pattern::quote)
                .collect(Collectors.joining("|", "(?<!\\w)(?:", ")(?![\\w-])")));
  }

  private void add(String setting, Path path) {
    Path absolute = path.toAbsolutePath();
    for (Path form : List.of(absolute, absolute.normalize(), real(absolute))) {
      String quoted = text(Json.write(form.toString()));
      settings.put(quoted.substring(1, quoted.length() - 1), setting);
    }
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path; // no such folder yet
    }
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }

  byte[] write(Object state) {
    return paths
        .matcher(text(Json.write(state)))
        .replaceAll(path -> settings.get(path.group()))
        .getBytes(StandardCharsets.UTF_8);
  }
}
