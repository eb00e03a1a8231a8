package io.mlops4j.model;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Where an engine may keep models in the form that it has prepared for this machine, so that they
 * open faster the next time and need less memory. Immutable: every method returns a changed copy.
 *
 * <pre>{@code
 * ModelRuntime.builder().modelCache(ModelCache.in(Path.of("/var/cache/my-app/models"))).open();
 * }</pre>
 *
 * <p>Answers are the same, bit for bit. A model that cannot be kept is loaded as without a cache;
 * {@link io.mlops4j.inference.LoadOptions.Builder#uncached()} forbids it for one model. The first
 * load takes longer, as it also writes the entry.
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
 * alter the cache, the models and the process alike. {@link #withKey} keeps those out that can
 * write the folder but have no key, until the engine has opened an entry. The engine reads weights
 * that it does not copy through a mapping of their file for as long as the model is open, so one of
 * them that writes into the file can change answers, and one that cuts it short can end the process
 * (SIGBUS). The library itself never does either: a file of an entry is only ever replaced or
 * removed as a whole, and who has it open keeps the old one. For the same reason deleting the
 * cache, or parts of it, is safe at any time.
 */
public final class ModelCache {
  private static final long USUAL_LIMIT = 4L << 30;
  private static final int SHORTEST_KEY = 16;

  private final Path folder;
  private final Verify verify;
  private final long limit;
  private final @Nullable SecretKey key;

  private ModelCache(Path folder, Verify verify, long limit, @Nullable SecretKey key) {
    this.folder = folder;
    this.verify = verify;
    this.limit = limit;
    this.key = key;
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
        Objects.requireNonNull(folder, "folder"), Verify.WHEN_CHANGED, USUAL_LIMIT, null);
  }

  /**
   * Says when large files are digested again.
   *
   * @param verify when
   * @return a changed copy
   */
  public ModelCache withVerify(Verify verify) {
    return new ModelCache(folder, Objects.requireNonNull(verify, "verify"), limit, key);
  }

  /**
   * Bounds the cache. Beyond it the entries that were not used for the longest time are removed; a
   * model that is larger alone is not kept.
   *
   * @param bytes at least 1
   * @return a changed copy
   * @throws IllegalArgumentException if it is below 1
   */
  public ModelCache withLimit(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes: found " + bytes + ", expected at least 1");
    }
    return new ModelCache(folder, verify, bytes, key);
  }

  /**
   * Seals every entry and every remembered digest with a key, and uses only those that were sealed
   * with it. Whoever can write the folder but has no key cannot change an answer through it: an
   * entry without the right seal is removed with a warning and made again.
   *
   * <p>A runtime with a trust policy requires a key, because the cached graph is used in place of
   * the bytes whose signature was verified. Keep the key outside the folder, for example where the
   * application keeps its other secrets. Processes that share a folder need the same key.
   *
   * <p>The seal is HMAC-SHA-256 (RFC 2104) over the entry's source, its settings and the digests of
   * its files.
   *
   * @param key for HMAC-SHA-256, at least 16 bytes, for example {@code new SecretKeySpec(bytes,
   *     "HmacSHA256")}
   * @return a changed copy
   * @throws IllegalArgumentException if the key is shorter than 16 bytes or has no bytes to read
   */
  public ModelCache withKey(SecretKey key) {
    byte[] bytes = Objects.requireNonNull(key, "key").getEncoded();
    if (bytes == null || bytes.length < SHORTEST_KEY) {
      throw new IllegalArgumentException(
          "key: found "
              + (bytes == null ? "a key that shows no bytes" : bytes.length + " bytes")
              + ", expected a key of at least "
              + SHORTEST_KEY
              + " bytes");
    }
    return new ModelCache(folder, verify, limit, key);
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

  /**
   * The key that seals the entries.
   *
   * @return the key, or empty if entries have a checksum only
   */
  public Optional<SecretKey> key() {
    return Optional.ofNullable(key);
  }
}
