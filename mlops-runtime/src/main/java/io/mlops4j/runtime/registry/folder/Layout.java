package io.mlops4j.runtime.registry.folder;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import io.mlops4j.runtime.internal.document.Texts;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.registry.store.Problems;
import io.mlops4j.runtime.registry.store.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The files and folders of a registry.
 *
 * <pre>
 * layout.json                                    the number of the layout
 * models/NAME/versions/000001/manifest.json      the sealed manifest of a version
 *                            /card.json          its card
 *                            /files/...          the model as it was published; may be hard links
 *                            /signatures/DIGEST.json  signatures, each named by its digest
 * models/NAME/aliases/ALIAS/000001.json          one sealed record per change of the alias
 * models/NAME/changes/000001.json                one sealed record per change of versions' states
 * models/NAME/leases/000001/ID.json              the holder of a version, with its expiry time
 * models/NAME/index/000001.json                  the digests of 256 versions; may be missing
 * models/NAME/links/000001.json                  parents and data of 256 versions; may be missing
 * .staging/...                                   unfinished files, never read
 * .locks/NAME                                    locked while a model's aliases or states change
 * .locks/.layout                                 locked while the layout is raised
 * </pre>
 *
 * <p>Older libraries refuse a registry with a higher layout number. The number is raised only if
 * they would misread or damage the registry. New keys and new files do not raise it. It becomes 2
 * with the first deletion of a version, because older libraries would use a deleted version. It
 * becomes 3 with the first removal of an alias or the first retirement of a model.
 */
record Layout(Path root) {
  private static final int FIRST = 1;
  static final int WITH_DELETIONS = 2;
  static final int WITH_REMOVALS = 3;

  /** Not a valid model name. */
  private static final String LOCK = ".layout";

  private static final Pattern NUMBERED = Pattern.compile("[0-9]{6,9}(\\.json)?");
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");
  private static final String STORE = "mlops4j-registry";

  /** Opens a registry's folder, and creates the registry if the folder is empty or missing. */
  static Layout open(Path folder, Disk disk) {
    Layout layout = new Layout(folder);
    try {
      if (!Disk.exists(layout.file())) {
        layout.create(disk);
      }
      Document.read(layout.file(), Disk.read(layout.file()), layout::check);
      return layout;
    } catch (IOException e) {
      throw new RegistryException(
          folder
              + ": found a folder that cannot be opened as a registry ("
              + e
              + "), expected one that can be read, or made; check path, permissions and disk",
          e);
    }
  }

  private Layout check(Document json) {
    if (!json.text("store").equals(STORE)) {
      throw new IllegalArgumentException("the store " + json.text("store"));
    }
    if (json.count("layout") > WITH_REMOVALS) {
      throw Problems.refused(
          file(),
          "layout " + json.count("layout"),
          "at most "
              + WITH_REMOVALS
              + "; a newer mlops4j wrote this registry, use that version or a later one");
    }
    return this;
  }

  private void create(Disk disk) throws IOException {
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw Problems.refused(root, "a file", "a folder; name the registry's folder");
    }
    boolean made = !Files.exists(root);
    Files.createDirectories(root);
    refuseForeign();
    // Returns false if another process made the registry at the same time.
    disk.claim(json(FIRST), file(), root);
    if (made && root.getParent() != null) {
      Disk.force(root.getParent());
    }
  }

  private static byte[] json(int layout) {
    return Json.write(Json.object().put("layout", layout).put("store", STORE));
  }

  /**
   * Raises the layout's number, which excludes older libraries. Never lowers it, because changes of
   * several models hold different locks and may each raise it.
   */
  void raise(Disk disk, ModelLocks locks, int layout, String why) {
    try {
      if (number() < layout) {
        int unused = locks.holding(LOCK, () -> raise(disk, layout, why), e -> cannotStore(why, e));
      }
    } catch (IOException e) {
      throw cannotStore(why, e);
    }
  }

  private int raise(Disk disk, int layout, String why) {
    try {
      int now = number();
      if (now < layout) {
        disk.replace(json(layout), file(), root);
      }
      return Math.max(now, layout);
    } catch (IOException e) {
      throw cannotStore(why, e);
    }
  }

  private int number() throws IOException {
    return Document.read(file(), Disk.read(file()), json -> json.count("layout"));
  }

  /** Accepts the hidden staging folder, which another process may just have made. */
  private void refuseForeign() throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      List<String> foreign =
          entries
              .map(entry -> entry.getFileName().toString())
              .filter(name -> !name.startsWith(".") && !name.equals("lost+found"))
              .sorted()
              .toList();
      if (!foreign.isEmpty() && !Disk.exists(file())) {
        throw Problems.refused(
            root,
            "a folder without layout.json that holds " + Texts.some(foreign),
            "a registry or an empty folder; name another folder, or restore layout.json if this is"
                + " a damaged registry");
      }
    }
  }

  Path file() {
    return root.resolve("layout.json");
  }

  static Path staging(Path root) {
    return root.resolve(".staging");
  }

  Path locks() {
    return root.resolve(".locks");
  }

  private Path model(String model, String folder) {
    return root.resolve("models").resolve(model).resolve(folder);
  }

  Path versions(String model) {
    return model(model, "versions");
  }

  Path version(String model, int number) {
    return versions(model).resolve(digits(number));
  }

  Path alias(String model, String alias) {
    return model(model, "aliases").resolve(alias);
  }

  Path changes(String model) {
    return model(model, "changes");
  }

  Path leases(String model) {
    return model(model, "leases");
  }

  Path leases(String model, int number) {
    return leases(model).resolve(digits(number));
  }

  Path block(String model, int block) {
    return record(model(model, "index"), block);
  }

  Path links(String model, int block) {
    return record(model(model, "links"), block);
  }

  Path record(Path folder, long number) {
    return folder.resolve(digits(number) + ".json");
  }

  private static String digits(long number) {
    String digits = Long.toString(number); // String.format would dominate the reading of many cards
    return "0".repeat(Math.max(0, 6 - digits.length())) + digits;
  }

  /** Returns the models that have a version. A failed publish may leave a folder without one. */
  List<String> models() {
    return modelFolders().stream()
        .filter(name -> hasNumber(versions(name), version(name, 1)))
        .toList();
  }

  /** Returns the models that have a folder. */
  List<String> modelFolders() {
    return named(root.resolve("models"));
  }

  /** Returns the aliases that have a record. */
  List<String> aliases(String model) {
    return named(model(model, "aliases")).stream()
        .filter(name -> hasNumber(alias(model, name), record(alias(model, name), 1)))
        .toList();
  }

  /** Looks for the first entry before it lists the folder. */
  private boolean hasNumber(Path folder, Path first) {
    return Disk.exists(first) || last(folder) > 0;
  }

  /** Ignores files that a desktop or a file system adds. */
  private List<String> named(Path folder) {
    return names(folder).stream().filter(name -> NAME.matcher(name).matches()).toList();
  }

  /** Returns the names in a folder, sorted. Returns none if the folder does not exist. */
  List<String> names(Path folder) {
    return unsorted(folder).stream().sorted().toList();
  }

  /** Returns {@link #names}. Cheaper for a folder that rarely exists. */
  List<String> namesIfAny(Path folder) {
    if (Disk.exists(folder)) {
      return names(folder);
    }
    checkThere();
    return List.of();
  }

  private List<String> unsorted(Path folder) {
    refuseLinks(folder);
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      checkThere();
      return List.of();
    } catch (IOException | UncheckedIOException e) {
      throw Storage.unreadable(folder, e);
    }
  }

  /** Refuses symbolic links inside the registry, because others may control their targets. */
  void refuseLinks(Path path) {
    for (Path at = path; at != null && !at.equals(root); at = at.getParent()) {
      if (Files.isSymbolicLink(at)) {
        throw Document.damaged(at, "a symbolic link");
      }
    }
  }

  /** Returns the highest number in a folder of numbered entries, or 0. */
  long last(Path folder) {
    return numbers(folder).reduce(0, Math::max);
  }

  /** Returns the numbers in a folder of numbered entries, in any order. */
  LongStream numbers(Path folder) {
    return unsorted(folder).stream()
        .filter(name -> NUMBERED.matcher(name).matches())
        .mapToLong(name -> Long.parseLong(name.replace(".json", "")));
  }

  /** Reads a document that must exist. */
  byte[] read(Path file) {
    try {
      return Disk.read(file);
    } catch (NoSuchFileException e) {
      throw missing(file);
    } catch (IOException e) {
      if (Files.isSymbolicLink(file)) { // which was not followed
        throw Document.damaged(file, "a symbolic link");
      }
      throw Storage.unreadable(file, e);
    }
  }

  /** Creates the error for a file that must exist and does not. */
  IntegrityException missing(Object path) {
    checkThere();
    return Storage.gone(path);
  }

  /** Throws if the whole registry cannot be reached, for example on an unmounted share. */
  private void checkThere() {
    if (!Disk.exists(file())) {
      throw Problems.refused(
          root,
          "no layout.json any more",
          "the registry that was opened; was the folder moved, deleted or unmounted?");
    }
  }

  RegistryException cannotStore(String what, IOException cause) {
    if (cause instanceof ClosedByInterruptException) {
      return new RegistryException(
          root
              + ": the thread was interrupted before "
              + what
              + " was stored; nothing was stored, try again",
          cause);
    }
    return new RegistryException(
        root
            + ": cannot store "
            + what
            + " ("
            + cause
            + "), expected a folder that can be written; check permissions and free space, "
            + "then try again",
        cause);
  }
}
