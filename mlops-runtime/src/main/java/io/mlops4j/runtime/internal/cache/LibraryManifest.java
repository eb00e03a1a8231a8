package io.mlops4j.runtime.internal.cache;

import io.mlops4j.runtime.internal.file.PrivateFolder;
import io.mlops4j.runtime.internal.file.RefusedException;
import io.mlops4j.runtime.internal.file.Stamp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The expected content of extracted libraries.
 *
 * @param origin the URL of the first library in its jar
 * @param originStamp the stamp of the jar when it was read, or null to read it again
 * @param libraries libraries by file name
 */
record LibraryManifest(String origin, @Nullable Stamp originStamp, Map<String, Library> libraries) {
  private static final String FORMAT = "mlops4j native libraries, format 1";
  private static final String NONE = "-";

  /** An extracted file, with its stamp when it was digested, or null to digest it again. */
  record Library(EntryManifest.Content content, @Nullable Stamp stamp) {}

  byte[] write() {
    List<String> lines = new ArrayList<>();
    lines.add(FORMAT);
    lines.add(origin);
    lines.add(text(originStamp));
    libraries.forEach(
        (name, library) -> {
          lines.add(name);
          lines.add(library.content().text());
          lines.add(text(library.stamp()));
        });
    return Seal.CHECKSUM.write(lines);
  }

  static LibraryManifest read(PrivateFolder folder, Path file, String origin) throws IOException {
    List<String> lines = Seal.CHECKSUM.read(folder, file);
    if (lines.size() % 3 != 0 || !lines.get(0).equals(FORMAT) || !lines.get(1).equals(origin)) {
      throw new RefusedException(file, "libraries of another origin", origin);
    }
    try {
      Map<String, Library> libraries = new LinkedHashMap<>();
      for (int i = 3; i < lines.size(); i += 3) {
        EntryManifest.Content content = EntryManifest.Content.parse(lines.get(i + 1));
        libraries.put(lines.get(i), new Library(content, stamp(lines.get(i + 2))));
      }
      return new LibraryManifest(origin, stamp(lines.get(2)), libraries);
    } catch (RuntimeException e) {
      throw new RefusedException(file, String.valueOf(e.getMessage()), "a manifest");
    }
  }

  private static String text(@Nullable Stamp stamp) {
    return stamp == null ? NONE : stamp.text();
  }

  private static @Nullable Stamp stamp(String text) {
    return text.equals(NONE) ? null : Stamp.parse(text);
  }
}
