package io.mlops4j.runtime.internal.cache;

import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.file.PrivateFolder;
import io.mlops4j.runtime.internal.file.RefusedException;
import io.mlops4j.runtime.internal.file.Stamp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The expected content of an entry's files.
 *
 * @param weights null if the entry has no such file
 * @param stamp the stamp of the weights when they were digested, or null to digest them again
 */
record EntryManifest(
    EntryKey key, Content graph, @Nullable Content weights, @Nullable Stamp stamp) {
  private static final String FORMAT = "mlops4j prepared model, format 1";
  private static final String NONE = "-";

  /** The size of a file in bytes, and its digest. */
  record Content(long size, Digest digest) {
    String text() {
      return size + " " + digest;
    }

    static Content parse(String text) {
      String[] parts = text.split(" ", 2);
      return new Content(Long.parseLong(parts[0]), Digest.parse(parts[1]));
    }
  }

  EntryManifest stamped(Stamp newer) {
    return new EntryManifest(key, graph, weights, newer);
  }

  byte[] write(Seal seal) {
    List<String> lines = new ArrayList<>();
    lines.add(FORMAT);
    lines.addAll(key.lines());
    lines.add("graph " + graph.text());
    lines.add("weights " + (weights == null ? NONE : weights.text()));
    lines.add("stamp " + (stamp == null ? NONE : stamp.text()));
    return seal.write(lines);
  }

  /** Reads the manifest of an entry and rejects it if it was made for another key. */
  static EntryManifest read(PrivateFolder folder, Path file, EntryKey key, Seal seal)
      throws IOException {
    List<String> lines = seal.read(folder, file);
    int own = key.lines().size() + 1;
    if (lines.size() != own + 3
        || !lines.get(0).equals(FORMAT)
        || !lines.subList(1, own).equals(key.lines())) {
      throw new RefusedException(file, "an entry of another model or machine", "" + key.lines());
    }
    try {
      String weights = value(lines.get(own + 1), "weights ");
      String stamp = value(lines.get(own + 2), "stamp ");
      return new EntryManifest(
          key,
          Content.parse(value(lines.get(own), "graph ")),
          weights.equals(NONE) ? null : Content.parse(weights),
          stamp.equals(NONE) ? null : Stamp.parse(stamp));
    } catch (RuntimeException e) {
      throw new RefusedException(file, String.valueOf(e.getMessage()), "a manifest");
    }
  }

  private static String value(String line, String name) {
    if (!line.startsWith(name)) {
      throw new IllegalArgumentException("the line \"" + line + "\" in place of " + name);
    }
    return line.substring(name.length());
  }
}
