package io.mlops4j.runtime.internal.source;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.runtime.internal.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The files of one model: a single file, or a folder with everything below it.
 *
 * <p>Names are relative, with {@code /} between folders, and sorted by their UTF-8 bytes. Symbolic
 * links inside a folder and special files are rejected. So are names that another system would read
 * differently: names with a control character or {@code \}, and names equal except for case. A
 * signature ({@code model.sig} in a folder, {@code NAME.sig} beside a file) does not belong to the
 * files. Immutable and thread safe; the disk may change after the listing.
 */
public final class ModelFiles {
  /** Sorts names by their UTF-8 bytes, as {@code LC_ALL=C sort} does; String sorts by UTF-16. */
  private static final Comparator<String> BY_UTF8 =
      Comparator.comparing(name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  private static final String SAVED_MODEL = "saved_model.pb";

  /** The file name that tools for OpenSSF model signing use; not a part of the model. */
  private static final String SIGNATURE = "model.sig";

  private static final long LARGEST_SIGNATURE = 16 << 20;

  private final Path root;
  private final boolean folder;
  private final NavigableMap<String, Path> paths;

  private ModelFiles(Path root, boolean folder, NavigableMap<String, Path> paths) {
    this.root = root;
    this.folder = folder;
    this.paths = Collections.unmodifiableNavigableMap(paths);
  }

  /**
   * Lists the files, at least one, of a file, which may be a link, or of a folder.
   *
   * @throws ModelLoadException if it is missing, empty, or contains a link or a rejected name
   */
  public static ModelFiles list(Path fileOrFolder) {
    try {
      boolean folder = Files.isDirectory(fileOrFolder);
      NavigableMap<String, Path> paths = new TreeMap<>(BY_UTF8);
      if (folder) {
        Path real = fileOrFolder.toRealPath();
        Files.walkFileTree(real, new Lister(real, paths));
        paths.remove(SIGNATURE);
      } else if (Files.isRegularFile(fileOrFolder)) {
        paths.put(checkName(fileOrFolder, fileOrFolder.getFileName().toString()), fileOrFolder);
      } else {
        throw notThere(fileOrFolder);
      }
      if (paths.isEmpty()) {
        throw new ModelLoadException(
            fileOrFolder + ": found an empty folder, expected a model's file or folder", null);
      }
      checkCase(fileOrFolder, paths.keySet());
      return new ModelFiles(fileOrFolder, folder, paths);
    } catch (IOException e) {
      throw cannotRead(fileOrFolder, e);
    }
  }

  private static ModelLoadException notThere(Path path) {
    return Files.exists(path)
        ? new ModelLoadException(
            path + ": found neither a file nor a folder, expected a model's file or folder", null)
        : new ModelLoadException(
            path
                + ": found nothing there, expected a model's file or folder; "
                + "check the path, relative paths start at "
                + Path.of("").toAbsolutePath(),
            null);
  }

  static ModelLoadException cannotRead(Path path, IOException cause) {
    if (cause instanceof ClosedByInterruptException) {
      return new ModelLoadException(
          path
              + ": the thread was interrupted while it read the model; nothing was loaded, load"
              + " the model again",
          cause);
    }
    return new ModelLoadException(
        path
            + ": cannot read the file or folder ("
            + cause
            + "); check the permissions and the disk",
        cause);
  }

  private static String checkName(Path shown, String name) {
    if (name.indexOf('\\') >= 0 || name.chars().anyMatch(Character::isISOControl)) {
      throw new ModelLoadException(
          shown
              + ": found a file name with a backslash or control character, expected a plain name; "
              + "rename it",
          null);
    }
    return name;
  }

  private static void checkCase(Path shown, Set<String> names) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name.toLowerCase(Locale.ROOT))) {
        throw new ModelLoadException(
            shown
                + ": found two files named \""
                + name
                + "\" but for case, expected names that every file system keeps apart; rename one",
            null);
      }
    }
  }

  public boolean isFolder() {
    return folder;
  }

  /** Returns the paths by relative name, unmodifiable, sorted by the names' UTF-8 bytes. */
  public NavigableMap<String, Path> paths() {
    return paths;
  }

  /** Returns {@code model.sig} in a folder, {@code NAME.sig} beside a file; it may be absent. */
  public static Path signature(Path fileOrFolder) {
    return Files.isDirectory(fileOrFolder)
        ? fileOrFolder.resolve(SIGNATURE)
        : fileOrFolder.resolveSibling(fileOrFolder.getFileName() + ".sig");
  }

  /**
   * Reads the signature beside the model, unverified, if there is one. An unreadable or oversized
   * signature is returned as an empty buffer: a trust policy rejects it, and callers without a
   * policy still get the model.
   */
  public List<ByteBuffer> signatures() {
    Path file = signature(root);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    try {
      return List.of(Files.size(file) > LARGEST_SIGNATURE ? ByteBuffer.allocate(0) : read(file));
    } catch (IOException | ModelLoadException e) {
      return List.of(ByteBuffer.allocate(0));
    }
  }

  /** Does the same as {@link #kind()} with the bytes of a copy under the same names. */
  public Kind kind(Path copy) {
    return kindAt(copy::resolve);
  }

  /**
   * Determines the format of the files from their names and a few bytes.
   *
   * @throws ModelLoadException if they are not a model of a known format
   */
  public Kind kind() {
    return kindAt(this::path);
  }

  private Kind kindAt(Function<String, Path> place) {
    return kindBy(
        main -> {
          try (FileChannel channel = FileChannel.open(place.apply(main))) {
            return OnnxStructure.problem(RandomBytes.of(channel));
          }
        });
  }

  /** Does the same with bytes that were read, so that the checked bytes are the loaded bytes. */
  Kind kind(Map<String, ByteBuffer> read) {
    return kindBy(
        main ->
            OnnxStructure.problem(RandomBytes.of(Objects.requireNonNull(read.get(main), main))));
  }

  private interface Check {
    @Nullable String problem(String main) throws IOException;
  }

  private Kind kindBy(Check onnx) {
    String main = mainName();
    if (main == null) {
      return new Kind(ModelFormat.TENSORFLOW, Optional.empty());
    }
    try {
      String problem = onnx.problem(main);
      if (problem == null) {
        return new Kind(ModelFormat.ONNX, Optional.of(main));
      }
      throw new ModelLoadException(
          path(main)
              + ": found "
              + problem
              + ", expected an ONNX model; "
              + (main.equals(SAVED_MODEL)
                  ? "of a TensorFlow SavedModel load the folder"
                  : "export or copy it again"),
          null);
    } catch (IOException e) {
      throw cannotRead(path(main), e);
    }
  }

  /** Returns null for a SavedModel, which has no main file. */
  private @Nullable String mainName() {
    if (!folder) {
      return paths.firstKey();
    }
    if (paths.containsKey(SAVED_MODEL)) {
      return null;
    }
    List<String> onnx =
        paths.keySet().stream().filter(n -> n.endsWith(".onnx") && n.indexOf('/') < 0).toList();
    if (onnx.size() != 1) {
      throw new ModelLoadException(
          root
              + ": found a folder with "
              + onnx.size()
              + " *.onnx files and no "
              + SAVED_MODEL
              + ", expected exactly one *.onnx file beside its data, or a TensorFlow SavedModel; "
              + "name the model's file or folder itself",
          null);
    }
    return onnx.get(0);
  }

  private Path path(String name) {
    Path path = paths.get(name);
    if (path == null) {
      throw new IllegalArgumentException("name: found \"" + name + "\", expected one of " + paths);
    }
    return path;
  }

  /**
   * Reads a whole file into new memory outside the heap.
   *
   * @throws ModelLoadException if the file cannot be read, has more than 2 GiB, or changes
   *     meanwhile
   */
  public static ByteBuffer read(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      if (size > Integer.MAX_VALUE) {
        throw new ModelLoadException(
            file + ": found " + size + " bytes, expected less than 2 GiB; split the weights", null);
      }
      ByteBuffer bytes = Disk.fill(channel, ByteBuffer.allocateDirect((int) size));
      if (bytes.limit() != size || channel.size() != size) {
        throw new ModelLoadException(
            file + ": the file changed while it was read; load it again when it is complete", null);
      }
      return bytes;
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }

  /**
   * Returns the digest of a model: of its single file, or, for a folder, of the text that {@code
   * sha256sum} prints for its files in the order of {@link #paths()}.
   */
  public static Digest digest(Map<String, Digest> files, boolean folder) {
    if (!folder) {
      return files.values().iterator().next();
    }
    NavigableMap<String, Digest> sorted = new TreeMap<>(BY_UTF8);
    sorted.putAll(files);
    StringBuilder text = new StringBuilder();
    sorted.forEach(
        (name, digest) -> text.append(digest.hex()).append("  ").append(name).append('\n'));
    return Digest.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** A format, and the relative name of the main file, empty for formats that are a folder. */
  public record Kind(ModelFormat format, Optional<String> main) {}

  private static final class Lister extends SimpleFileVisitor<Path> {
    private final Path root;
    private final Map<String, Path> paths;

    Lister(Path root, Map<String, Path> paths) {
      this.root = root;
      this.paths = paths;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (!attributes.isRegularFile()) {
        throw new ModelLoadException(
            file
                + ": found a "
                + (attributes.isSymbolicLink() ? "symbolic link" : "special file")
                + ", expected only files and folders in a model's folder; put the file itself"
                + " there",
            null);
      }
      String name = checkName(file, root.relativize(file).toString().replace('\\', '/'));
      paths.put(name, file);
      return FileVisitResult.CONTINUE;
    }
  }
}
