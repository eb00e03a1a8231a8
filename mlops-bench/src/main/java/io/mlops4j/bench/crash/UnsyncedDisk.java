package io.mlops4j.bench.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A folder on a disk that forgets what was not forced to it: a file keeps the bytes that it had
 * when it was last forced, a folder the names. A program works in {@link #root} as in any other
 * folder; {@link #crash} writes down what a loss of power at that moment would have left.
 *
 * <p>POSIX promises no more. A real file system often keeps more than that, in any mixture; {@link
 * #crash} with a random source leaves such a mixture: of each folder any of the changes that were
 * not forced, of each file any beginning of the bytes that were not.
 */
final class UnsyncedDisk {
  private final Path real;
  private final UnsyncedFileSystem files;
  private final Node top = Node.folder();
  private final Faults faults;
  private final boolean forces;

  /** Is asked before every operation that changes something. */
  interface Faults {
    /**
     * Lets the operation happen, or throws instead of it.
     *
     * @param operation for messages
     */
    void before(String operation) throws IOException;
  }

  /** A file or folder, apart from its names, which may be several. */
  private static final class Node {
    final boolean isFolder;
    final Map<String, Node> names = new HashMap<>();
    final Map<String, @Nullable Node> unforced = new LinkedHashMap<>();
    final Map<String, Node> forced = new HashMap<>();
    byte[] bytes = new byte[0];
    byte[] forcedBytes = new byte[0];

    private Node(boolean isFolder) {
      this.isFolder = isFolder;
    }

    static Node folder() {
      return new Node(true);
    }

    static Node file() {
      return new Node(false);
    }

    void put(String name, Node node) {
      names.put(name, node);
      unforced.put(name, node);
    }

    @Nullable Node remove(String name) {
      unforced.put(name, null);
      return names.remove(name);
    }

    void force() {
      forced.clear();
      forced.putAll(names);
      unforced.clear();
      forcedBytes = bytes.clone();
    }
  }

  /**
   * A disk over an empty folder.
   *
   * @param real where it keeps what a process sees while the power is on
   * @param forces false for a disk that says that it forced something and did not
   */
  UnsyncedDisk(Path real, Faults faults, boolean forces) throws IOException {
    this.real = real.toRealPath();
    this.faults = faults;
    this.forces = forces;
    this.files = new UnsyncedFileSystem(this);
  }

  Path root() {
    return files.wrap(real);
  }

  private Node find(Path path) throws IOException {
    Node node = top;
    for (Path name : real.relativize(path)) {
      if (name.toString().isEmpty()) {
        continue;
      }
      Node next = node.names.get(name.toString());
      if (next == null) {
        throw new IOException(path + ": not made through this disk");
      }
      node = next;
    }
    return node;
  }

  private Node folderOf(Path path) throws IOException {
    return find(path.resolveSibling(""));
  }

  void before(String operation) throws IOException {
    faults.before(operation);
  }

  synchronized void made(Path path, boolean folder) throws IOException {
    folderOf(path).put(name(path), folder ? Node.folder() : Node.file());
  }

  synchronized void linked(Path link, Path existing) throws IOException {
    folderOf(link).put(name(link), find(existing));
  }

  synchronized void moved(Path from, Path to) throws IOException {
    Node node = find(from);
    folderOf(from).remove(name(from));
    folderOf(to).put(name(to), node);
  }

  synchronized void deleted(Path path) throws IOException {
    folderOf(path).remove(name(path));
  }

  /** Bytes were written. */
  synchronized void written(Path path) throws IOException {
    find(path).bytes = Files.readAllBytes(path);
  }

  synchronized void forced(Path path) throws IOException {
    if (forces) {
      find(path).force();
    }
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  /** Writes what is left when the power fails now: only what was forced. */
  synchronized void crash(Path into) throws IOException {
    write(top, into, null);
  }

  /** The same with any part of what was not forced. */
  synchronized void crash(Path into, Random random) throws IOException {
    write(top, into, random);
  }

  private static void write(Node node, Path to, @Nullable Random random) throws IOException {
    if (!node.isFolder) {
      Files.write(to, bytes(node, random));
      return;
    }
    Files.createDirectories(to);
    Map<String, Node> left = new HashMap<>(node.forced);
    if (random != null) {
      node.unforced.forEach(
          (name, change) -> {
            if (random.nextBoolean()) {
              if (change == null) {
                left.remove(name);
              } else {
                left.put(name, change);
              }
            }
          });
    }
    for (Map.Entry<String, Node> entry : left.entrySet()) {
      write(entry.getValue(), to.resolve(entry.getKey()), random);
    }
  }

  private static byte[] bytes(Node file, @Nullable Random random) {
    if (random == null || Arrays.equals(file.bytes, file.forcedBytes) || random.nextBoolean()) {
      return file.forcedBytes;
    }
    // Bytes that were forced stay unless others were written over them.
    int kept = Math.max(0, Arrays.mismatch(file.bytes, file.forcedBytes));
    return Arrays.copyOf(file.bytes, kept + random.nextInt(file.bytes.length - kept + 1));
  }
}
