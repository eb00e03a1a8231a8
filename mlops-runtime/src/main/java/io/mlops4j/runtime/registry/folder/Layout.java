package io.mlops4j.runtime.registry.folder;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import io.mlops4j.runtime.internal.document.Texts;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.registry.store.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Where things lie in a registry's folder.
 *
 * <pre>
 * layout.json                                    which layout this is
 * models/NAME/versions/000001/manifest.json      what belongs to the version, sealed
 *                            /card.json          its card
 *                            /files/...          the model as it was published; may be hard links
 *                            /signatures/DIGEST.json  signatures, each named by its digest
 * models/NAME/aliases/ALIAS/000001.json          one sealed record per change of the alias
 * models/NAME/changes/000001.json                one sealed record per change of versions' states
 * models/NAME/leases/000001/ID.json              who uses a version, until when
 * models/NAME/index/000001.json                  what 256 versions are; may be missing or deleted
 * models/NAME/links/000001.json                  what 256 versions were made from; may be missing
 * .staging/...                                   half-made things, never read
 * .locks/NAME                                    locked while a model's aliases or states change
 * .locks/.layout                                 locked while the layout is raised
 * </pre>
 *
 * <p>The layout's number is raised only when older libraries would misread or damage a registry;
 * they refuse a higher one. New keys and new files beside these do not raise it. It is 2 from the
 * first deletion of a version on, because libraries that know only 1 would take a deleted version
 * for a usable one. It is 3 from the first removal of an alias or retirement of a model on.
 */
public record Layout(Path root) {
  private static final int FIRST = 1;
  private static final int WITH_DELETIONS = 2;
  private static final int WITH_REMOVALS = 3;

  /** No model has such a name. */
  private static final String LOCK = ".layout";

  private static final Pattern NUMBERED = Pattern.compile("[0-9]{6,9}(\\.json)?");
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");
  private static final String STORE = "mlops4j-registry";

  /** Opens a registry's folder, or makes one of a folder that is empty or not there. */
  public static Layout open(Path folder, Disk disk) {
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
      throw new RegistryException(
          file()
              + ": found layout "
              + json.count("layout")
              + ", expected at most "
              + WITH_REMOVALS
              + "; a newer mlops4j wrote this registry, use that version or a later one",
          null);
    }
    return this;
  }

  private void create(Disk disk) throws IOException {
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw new RegistryException(
          root + ": found a file, expected a folder; name the registry's folder", null);
    }
    boolean made = !Files.exists(root);
    Files.createDirectories(root);
    refuseForeign();
    // False: another process made the registry at the same time.
    disk.claim(json(FIRST), file(), root);
    if (made && root.getParent() != null) {
      Disk.force(root.getParent());
    }
  }

  private static byte[] json(int layout) {
    return Json.write(Json.object().put("layout", layout).put("store", STORE));
  }

  /** Keeps libraries out that do not know of deletions. */
  void allowDeletions(Disk disk, ModelLocks locks) {
    raise(disk, locks, WITH_DELETIONS, "a deletion");
  }

  /** Keeps libraries out that know neither of removed aliases nor of retired models. */
  void allowRemovals(Disk disk, ModelLocks locks) {
    raise(disk, locks, WITH_REMOVALS, "a removal");
  }

  /** Never lowers it: changes of several models, which hold different locks, may each raise it. */
  private void raise(Disk disk, ModelLocks locks, int layout, String why) {
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

  /** Half-made registries of other processes hold only the hidden staging folder. */
  private void refuseForeign() throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      List<String> foreign =
          entries
              .map(entry -> entry.getFileName().toString())
              .filter(name -> !name.startsWith(".") && !name.equals("lost+found"))
              .sorted()
              .toList();
      if (!foreign.isEmpty() && !Disk.exists(file())) {
        throw new RegistryException(
            root
                + ": found a folder without layout.json that holds "
                + Texts.some(foreign)
                + ", expected a registry or an empty folder; name another folder, or restore "
                + "layout.json if this is a damaged registry",
            null);
      }
    }
  }

  Path file() {
    return root.resolve("layout.json");
  }

  public static Path staging(Path root) {
    return root.resolve(".staging");
  }

  Path locks() {
    return root.resolve(".locks");
  }

  Path versions(String model) {
    return root.resolve("models").resolve(model).resolve("versions");
  }

  public Path version(String model, int number) {
    return versions(model).resolve(digits(number));
  }

  Path aliases(String model) {
    return root.resolve("models").resolve(model).resolve("aliases");
  }

  public Path alias(String model, String alias) {
    return aliases(model).resolve(alias);
  }

  public Path changes(String model) {
    return root.resolve("models").resolve(model).resolve("changes");
  }

  Path leases(String model) {
    return root.resolve("models").resolve(model).resolve("leases");
  }

  Path leases(String model, int number) {
    return leases(model).resolve(digits(number));
  }

  Path block(String model, int block) {
    return record(root.resolve("models").resolve(model).resolve("index"), block);
  }

  Path links(String model, int block) {
    return record(root.resolve("models").resolve(model).resolve("links"), block);
  }

  private Path record(String model, String alias, long number) {
    return record(alias(model, alias), number);
  }

  public Path record(Path folder, long number) {
    return folder.resolve(digits(number) + ".json");
  }

  private static String digits(long number) {
    return String.format(Locale.ROOT, "%06d", number);
  }

  /** The models that have a version. A publish that failed may leave a folder without one. */
  List<String> models() {
    return modelFolders().stream()
        .filter(name -> Disk.exists(version(name, 1)) || last(versions(name)) > 0)
        .toList();
  }

  /** Also those without a version. */
  List<String> modelFolders() {
    return named(root.resolve("models"));
  }

  /** The aliases that have a record. */
  List<String> aliasesOf(String model) {
    return named(aliases(model)).stream()
        .filter(name -> Disk.exists(record(model, name, 1)) || last(alias(model, name)) > 0)
        .toList();
  }

  /** Files that a desktop or a file system keeps for itself are no names of ours. */
  private List<String> named(Path folder) {
    return names(folder).stream().filter(name -> NAME.matcher(name).matches()).toList();
  }

  /** The names in a folder, sorted; none when there is no such folder. */
  List<String> names(Path folder) {
    return unsorted(folder).stream().sorted().toList();
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

  /**
   * Nothing inside a registry is a symbolic link: it would lead to what somebody else can change.
   */
  void refuseLinks(Path path) {
    for (Path at = path; at != null && !at.equals(root); at = at.getParent()) {
      if (Files.isSymbolicLink(at)) {
        throw Document.damaged(at, "a symbolic link");
      }
    }
  }

  /** The highest number in a folder of numbered entries, 0 when there are none. */
  public long last(Path folder) {
    return numbers(folder).reduce(0, Math::max);
  }

  /** The numbers in a folder of numbered entries, in any order. */
  LongStream numbers(Path folder) {
    return unsorted(folder).stream()
        .filter(name -> NUMBERED.matcher(name).matches())
        .mapToLong(name -> Long.parseLong(name.replace(".json", "")));
  }

  /** Reads a document that must be there. */
  byte[] read(Path file) {
    try {
      if (Files.isSymbolicLink(file)) {
        throw Document.damaged(file, "a symbolic link");
      }
      return Disk.read(file);
    } catch (NoSuchFileException e) {
      throw missing(file);
    } catch (IOException e) {
      throw Storage.unreadable(file, e);
    }
  }

  /** What to throw when something that must be there is not. */
  IntegrityException missing(Object path) {
    checkThere();
    return new IntegrityException(
        path
            + ": found nothing there, expected what was published; it was deleted by other hands, "
            + "restore it from a backup",
        true);
  }

  /** Tells a registry that is away, such as an unmounted share, from one that lost something. */
  private void checkThere() {
    if (!Files.exists(file(), LinkOption.NOFOLLOW_LINKS)) {
      throw new RegistryException(
          root
              + ": found no layout.json any more, expected the registry that was opened; "
              + "was the folder moved, deleted or unmounted?",
          null);
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
