package io.mlops4j.monitor.live.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A snapshot or a part of the journal, by its name. */
record StateFile(Kind kind, long number) {
  /** A file that is not complete. The next start removes it. */
  static final String NEW = ".new";

  private static final Pattern NAME = Pattern.compile("(snapshot|journal)-([0-9]{10})");

  enum Kind {
    SNAPSHOT,
    JOURNAL
  }

  static @Nullable StateFile of(Path file) {
    Matcher name = NAME.matcher(file.getFileName().toString());
    return name.matches()
        ? new StateFile(
            name.group(1).equals("journal") ? Kind.JOURNAL : Kind.SNAPSHOT,
            Long.parseLong(name.group(2)))
        : null;
  }

  /** The numbers of all files of a kind, smallest first. */
  static List<Long> numbers(Path folder, Kind kind) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(StateFile::of)
          .filter(file -> file != null && file.kind() == kind)
          .map(file -> Objects.requireNonNull(file).number())
          .sorted()
          .toList();
    }
  }

  Path in(Path folder) {
    return folder.resolve("%s-%010d".formatted(kind.name().toLowerCase(Locale.ROOT), number));
  }
}
