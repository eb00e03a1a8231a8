package io.mlops4j.runtime.tensorflow;

import io.mlops4j.error.ModelLoadException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes verified bytes as files, because TensorFlow reads only files. The temporary folder is
 * private to this user and is deleted when the model is loaded.
 */
final class SavedModelFolder implements AutoCloseable {
  static final String MAIN = "saved_model.pb";

  /** Identifies the process in the folder's name, in case it is killed while loading. */
  static final String PREFIX = "mlops4j-savedmodel-" + ProcessHandle.current().pid() + "-";

  private static final Logger LOG = LoggerFactory.getLogger(SavedModelFolder.class);

  private final Path model;
  private final Path folder;

  private SavedModelFolder(Path model, Path folder) {
    this.model = model;
    this.folder = folder;
  }

  /**
   * @param files relative names and bytes
   * @param model where they came from, for messages
   */
  static SavedModelFolder write(Map<String, ByteBuffer> files, Path model) {
    SavedModelFolder written = null;
    boolean complete = false;
    try {
      // Java gives it the permissions 0700 where the file system knows them.
      written = new SavedModelFolder(model, Files.createTempDirectory(PREFIX));
      for (Map.Entry<String, ByteBuffer> file : files.entrySet()) {
        written.write(file.getKey(), file.getValue());
      }
      complete = true;
      return written;
    } catch (IOException e) {
      throw new ModelLoadException(
          "%s: found that its files cannot be copied for TensorFlow to read (%s), expected room in the folder that java.io.tmpdir names"
              .formatted(model, e),
          e);
    } finally {
      if (written != null && !complete) {
        written.close();
      }
    }
  }

  private void write(String name, ByteBuffer content) throws IOException {
    Path file = inside(name);
    Files.createDirectories(file.getParent());
    ByteBuffer bytes = content.duplicate();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  private Path inside(String name) {
    try {
      Path file = folder.resolve(name).normalize();
      if (file.startsWith(folder) && !file.equals(folder)) {
        return file;
      }
    } catch (InvalidPathException e) {
      // Rejected below, like any name that is not a path inside the folder.
    }
    throw new ModelLoadException(
        "%s: found a file named \"%s\", expected names inside the model's folder"
            .formatted(model, name),
        null);
  }

  Path path() {
    return folder;
  }

  /** Where the files came from. */
  Path model() {
    return model;
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("{}: its copy in {} could not be deleted", model, folder, e);
    }
  }
}
