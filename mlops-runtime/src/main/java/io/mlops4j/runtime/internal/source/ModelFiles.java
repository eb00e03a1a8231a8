package io.mlops4j.runtime.internal.source;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelFormat;
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
 * differently: with a control character or {@code \}, or equal except for case. A signature ({@code
 * model.sig} in a folder, {@code NAME.sig} beside a file) does not belong to the files. Immutable
 * and thread safe; the disk may change after the listing.
 */
public final class ModelFiles {
  /** Sorts names by their UTF-8 bytes, as {@code LC_ALL=C sort} does; String sorts by UTF-16. */
  private static final Comparator<String> BY_UTF8 =
      Comparator.comparing(name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  private static final String SAVED_MODEL = "saved_model.pb";

  /** Where the tools for the OpenSSF model-signing format keep it; no part of the model. */
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
   * Lists a model's files.
   *
   * @param fileOrFolder a file, which may be a link, or a folder
   * @return its files, at least one
   * @throws ModelLoadException if it is missing, empty, or holds a link or a name that is refused
   */
  public static ModelFiles list(Path fileOrFolder) {
    try {
      boolean folder = Files.isDirectory(fileOrFolder);
      NavigableMap<String, Path> paths = new TreeMap<>(BY_UTF8);
      if (folder) {
        Path real = fileOrFolder.toRealPath();
        Files.walkFileTree(real, new Lister(real, paths));
      } else if (Files.isRegularFile(fileOrFolder)) {
        paths.put(checkName(fileOrFolder, fileOrFolder.getFileName().toString()), fileOrFolder);
      } else {
        throw notThere(fileOrFolder);
      }
      if (folder) {
        paths.remove(SIGNATURE);
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
                + "check the path, relative ones start at "
                + Path.of("").toAbsolutePath(),
            null);
  }

  static ModelLoadException cannotRead(Path path, IOException cause) {
    if (cause instanceof ClosedByInterruptException) {
      return new ModelLoadException(
          path
              + ": the thread was interrupted while it read the model; nothing was loaded, load"
              + " it again",
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

  /**
   * Whether the model is a folder.
   *
   * @return false for a single file
   */
  public boolean isFolder() {
    return folder;
  }

  /**
   * The files.
   *
   * @return relative name to path, unmodifiable, sorted by the names' UTF-8 bytes
   */
  public NavigableMap<String, Path> paths() {
    return paths;
  }

  /**
   * Where the signature of a model lies, if it has one.
   *
   * @param fileOrFolder the model's file or folder
   * @return {@code model.sig} in a folder, {@code NAME.sig} beside a file
   */
  public static Path signature(Path fileOrFolder) {
    return Files.isDirectory(fileOrFolder)
        ? fileOrFolder.resolve(SIGNATURE)
        : fileOrFolder.resolveSibling(fileOrFolder.getFileName() + ".sig");
  }

  /**
   * Reads the signature that lies beside the model. An unreadable or oversized signature is
   * returned as an empty buffer: a trust policy rejects it, and callers without a policy still get
   * the model.
   *
   * @return its bytes, unverified; empty if there is none
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

  /**
   * Determines the format of the files from their names and a few bytes of a copy.
   *
   * @param copy a folder that holds the files under the same names
   * @return the format, and the main file where it has one
   * @throws ModelLoadException if they are no model of a known format
   */
  public Kind kind(Path copy) {
    return kind(copy::resolve);
  }

  /**
   * Determines the format of the files from their names and a few bytes.
   *
   * @return the format, and the main file where it has one
   * @throws ModelLoadException if they are no model of a known format
   */
  public Kind kind() {
    return kind(this::path);
  }

  private Kind kind(Function<String, Path> place) {
    String main = mainName();
    if (main == null) {
      return new Kind(ModelFormat.TENSORFLOW, Optional.empty());
    }
    try (FileChannel channel = FileChannel.open(place.apply(main))) {
      return onnx(path(main), main, RandomBytes.of(channel, channel.size()));
    } catch (IOException e) {
      throw cannotRead(path(main), e);
    }
  }

  /**
   * Does the same with bytes that were already read, so that the checked bytes are the loaded ones.
   */
  Kind kind(Map<String, ByteBuffer> read) {
    String main = mainName();
    if (main == null) {
      return new Kind(ModelFormat.TENSORFLOW, Optional.empty());
    }
    try {
      return onnx(path(main), main, RandomBytes.of(Objects.requireNonNull(read.get(main), main)));
    } catch (IOException e) {
      throw cannotRead(path(main), e);
    }
  }

  /** Null for a SavedModel, which has no main file. */
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

  private static Kind onnx(Path file, String main, RandomBytes bytes) throws IOException {
    String problem = bytes.size() == 0 ? "an empty file" : OnnxStructure.problem(bytes);
    if (problem != null) {
      throw new ModelLoadException(
          file
              + ": found "
              + problem
              + ", expected an ONNX model; "
              + (main.equals(SAVED_MODEL)
                  ? "of a TensorFlow SavedModel load the folder"
                  : "export or copy it again"),
          null);
    }
    return new Kind(ModelFormat.ONNX, Optional.of(main));
  }

  private Path path(String name) {
    Path path = paths.get(name);
    if (path == null) {
      throw new IllegalArgumentException("name: found \"" + name + "\", expected one of " + paths);
    }
    return path;
  }

  /**
   * Reads a whole file into memory of its own outside the heap.
   *
   * @param file a file of at most 2 GiB
   * @return its bytes, from position 0 to the limit
   * @throws ModelLoadException if it cannot be read, is larger, or changes meanwhile
   */
  public static ByteBuffer read(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      if (size > Integer.MAX_VALUE) {
        throw new ModelLoadException(
            file + ": found " + size + " bytes, expected less than 2 GiB; split the weights", null);
      }
      ByteBuffer bytes = ByteBuffer.allocateDirect((int) size);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // Until the buffer is full or the file ends.
      }
      if (bytes.hasRemaining() || channel.size() != size) {
        throw new ModelLoadException(
            file + ": the file changed while it was read; load it again when it is complete", null);
      }
      return bytes.flip();
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }

  /**
   * The digest of a model: of its single file, or, for a folder, of the text that {@code sha256sum}
   * prints for its files in the order of {@link #paths()}.
   *
   * @param files relative name to digest of the file
   * @param folder whether the model is a folder
   * @return the digest
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

  /**
   * What files are.
   *
   * @param format the format
   * @param main the name of the main file, empty for formats that are a folder
   */
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
