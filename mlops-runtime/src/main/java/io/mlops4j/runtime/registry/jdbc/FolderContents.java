package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import io.mlops4j.runtime.internal.file.ByteSink;
import io.mlops4j.runtime.internal.file.ByteSource;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.registry.store.Problems;
import io.mlops4j.runtime.registry.store.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Contents as files beside a database, named {@code 4f/119c...} after their digests. A file is
 * written before its row is committed and removed before its row is deleted, both while the row is
 * held. The folder names the registry that it belongs to and cannot be used with another one.
 */
final class FolderContents implements Contents {
  private static final String OWNER = "contents.json";
  private static final Pattern FILE = Pattern.compile("[0-9a-f]{2}/[0-9a-f]{62}");

  private final Path root;
  private final Disk disk;

  FolderContents(Path folder) {
    this.root = folder.toAbsolutePath().normalize();
    this.disk = new Disk(root.resolve(".staging"), true);
  }

  /** Checks that the folder belongs to a registry. Assigns a new folder to it. */
  void belongTo(String registry) {
    Path file = root.resolve(OWNER);
    try {
      Files.createDirectories(root);
      if (!Disk.exists(file)) {
        disk.claim(Json.write(Json.object().put("registry", registry)), file, root);
      }
      String owner = Document.read(file, Disk.read(file), json -> json.text("registry"));
      if (!owner.equals(registry)) {
        throw Problems.refused(
            file,
            "the contents of registry " + owner,
            "those of " + registry + "; name the folder that this registry was made with");
      }
      disk.clean();
    } catch (IOException e) {
      throw Storage.unreadable(file, e);
    }
  }

  @Override
  public boolean isAway() {
    return !Disk.exists(root.resolve(OWNER));
  }

  /** Prevents writing below the mount point of a share that is not mounted. */
  private void checkThere() {
    if (isAway()) {
      throw Problems.refused(
          root,
          "no " + OWNER + " any more",
          "the folder of contents that was opened; was it moved, deleted or unmounted?");
    }
  }

  private Path file(String content) {
    try {
      String hex = Digest.parse(content).hex();
      return root.resolve(hex.substring(0, 2)).resolve(hex.substring(2));
    } catch (IllegalArgumentException e) {
      throw Document.damaged("the name of a content in " + root, '"' + content + '"');
    }
  }

  @Override
  public boolean has(String content) {
    if (Disk.exists(file(content))) {
      return true;
    }
    checkThere();
    return false;
  }

  @Override
  public Digest store(JdbcTransaction transaction, String content, ByteSource bytes)
      throws IOException {
    checkThere();
    Path staged = disk.stage();
    try {
      Path copy = staged.resolve("content");
      Digest digest = Disk.write(copy, bytes);
      Disk.replace(copy, file(content), root);
      return digest;
    } finally {
      Disk.deleteQuietly(staged);
    }
  }

  @Override
  public boolean read(String content, long size, ByteSink sink) throws IOException {
    try {
      ByteSource.of(file(content)).into(sink);
      return Files.size(file(content)) == size;
    } catch (NoSuchFileException e) {
      checkThere();
      return false;
    }
  }

  @Override
  public void remove(JdbcTransaction transaction, String content) {
    Disk.deleteQuietly(file(content));
  }

  @Override
  public List<String> old() throws IOException {
    try (Stream<Path> files = Files.walk(root, 2)) {
      Instant abandoned = disk.abandoned();
      List<String> old = new ArrayList<>();
      for (Path file : files.filter(path -> FILE.matcher(name(path)).matches()).toList()) {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(abandoned)) {
          old.add("sha256:" + name(file).replace("/", ""));
        }
      }
      return old;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private String name(Path path) {
    return root.relativize(path).toString().replace('\\', '/');
  }

  @Override
  public String place(String content) {
    return file(content).toString();
  }
}
