package io.mlops4j.model;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Where an engine may keep models in the form that it has prepared for this machine, so that they
 * open faster the next time and need less memory. Immutable: every method returns a changed copy.
 *
 * <pre>{@code
 * ModelRuntime.builder().modelCache(ModelCache.in(Path.of("/var/cache/my-app/models"))).open();
 * }</pre>
 *
 * <p>Answers are the same, bit for bit. A model that cannot be kept is loaded as without a cache;
 * {@link io.mlops4j.inference.LoadOptions#uncached()} forbids it for one model. The first load
 * takes longer, as it also writes the entry.
 *
 * <p>The folder must be on a local disk of the machine; several processes may share it. It is made
 * for its owner alone (mode 0700, files 0600); one that exists must belong to the user of this
 * process and be closed to all others, else nothing is cached. Nobody but this user and root should
 * be able to rename the folders above it.
 *
 * <p><b>What it protects against.</b> Other users: nothing that one of them could have written is
 * used; every file must belong to this user, must be no symbolic link, and must have the digest
 * that was noted when it was written. Damage: an entry that was cut, edited, swapped or half
 * written is refused before the engine sees it, with a warning, and made again.
 *
 * <p><b>What it does not protect against.</b> Programs that run as this user, or as root: they can
 * alter the cache, the models and the process alike. The engine reads weights that it does not copy
 * through a mapping of their file for as long as the model is open, so one of them that writes into
 * the file can change answers, and one that cuts it short can end the process (SIGBUS). The library
 * itself never does either: a file of an entry is only ever replaced or removed as a whole, and who
 * has it open keeps the old one. For the same reason deleting the cache, or parts of it, is safe at
 * any time.
 */
public final class ModelCache {
  private static final long USUAL_LIMIT = 4L << 30;

  private final Path folder;
  private final Verify verify;
  private final long limit;

  private ModelCache(Path folder, Verify verify, long limit) {
    this.folder = folder;
    this.verify = verify;
    this.limit = limit;
  }

  /** When large files are read and digested again before they are used. */
  public enum Verify {
    /**
     * When the file's identity, size, or time of modification or change is another than when it was
     * digested. The system sets the time of change (ctime), so that it cannot be set back without
     * setting the clock. That holds for the weights of an entry, and for a model file given by its
     * path, whose digest is remembered.
     */
    WHEN_CHANGED,

    /** Each time. */
    ALWAYS
  }

  /**
   * A cache of at most 4 GiB in a folder, which is verified when it changed.
   *
   * @param folder made when it is first needed
   * @return the cache
   */
  public static ModelCache in(Path folder) {
    return new ModelCache(
        Objects.requireNonNull(folder, "folder"), Verify.WHEN_CHANGED, USUAL_LIMIT);
  }

  /**
   * Says when large files are digested again.
   *
   * @param verify when
   * @return a changed copy
   */
  public ModelCache verify(Verify verify) {
    return new ModelCache(folder, Objects.requireNonNull(verify, "verify"), limit);
  }

  /**
   * Bounds the cache. Beyond it the entries that were not used for the longest time are removed; a
   * model that is larger alone is not kept.
   *
   * @param bytes at least 1
   * @return a changed copy
   * @throws IllegalArgumentException if it is below 1
   */
  public ModelCache limit(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes: found " + bytes + ", expected at least 1");
    }
    return new ModelCache(folder, verify, bytes);
  }

  /**
   * Where it is.
   *
   * @return the folder
   */
  public Path folder() {
    return folder;
  }

  /**
   * When large files are digested again.
   *
   * @return when
   */
  public Verify verify() {
    return verify;
  }

  /**
   * How large it may become.
   *
   * @return bytes, at least 1
   */
  public long limit() {
    return limit;
  }
}
