package io.mlops4j.model;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * A folder in which an engine stores models in the form that it has prepared for this machine. They
 * open faster from there and need less memory. Immutable and thread safe: every {@code with} method
 * returns a changed copy.
 *
 * <pre>{@code
 * ModelRuntime.builder().modelCache(ModelCache.in(Path.of("/var/cache/my-app/models"))).open();
 * }</pre>
 *
 * <p>The answers are the same, bit for bit. A model that cannot be cached is loaded from its own
 * bytes. {@link io.mlops4j.inference.LoadOptions.Builder#uncached()} excludes one model. The first
 * load takes longer, because it also writes the entry.
 *
 * <p>The folder must be on a local disk. Several processes may share it. The library creates it for
 * its owner only (mode 0700, files 0600). An existing folder must belong to the user of this
 * process and be closed to all other users; otherwise nothing is cached. Make sure that only this
 * user and root can rename the folders above it.
 *
 * <p><b>What it protects against.</b> Other users: a file is used only if it belongs to this user,
 * is not a symbolic link, and has the digest that was recorded when it was written. Damage: an
 * entry that was truncated, edited, swapped or only half written is rejected before the engine
 * reads it. A warning is logged, and the entry is written again.
 *
 * <p><b>What it does not protect against.</b> Programs that run as this user or as root can change
 * the cache, the models and the process itself. {@link #withKey} detects changes by programs that
 * can write to the folder but do not have the key, until the engine has opened an entry. The engine
 * reads weights that it does not copy through a mapped file for as long as the model is open. A
 * program that writes to that file can change answers, and a program that truncates it can end the
 * process (SIGBUS). The library does neither: it only replaces or removes whole files, and a
 * process that has a file open keeps the old file. So the cache, or parts of it, can be deleted at
 * any time.
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
     * When the file's identity, size, time of modification or time of change differs from the
     * values at the last digest. The operating system sets the time of change (ctime), so a program
     * cannot set it back without changing the clock. The rule applies to the weights of an entry,
     * and to model files that are loaded by path, whose digests are remembered.
     */
    WHEN_CHANGED,

    /** Before each use. */
    ALWAYS
  }

  /**
   * Returns a cache of at most 4 GiB in a folder. Its large files are verified when they have
   * changed.
   *
   * @param folder the folder; it is created when it is first needed
   * @return the cache
   */
  public static ModelCache in(Path folder) {
    return new ModelCache(
        Objects.requireNonNull(folder, "folder"), Verify.WHEN_CHANGED, USUAL_LIMIT, null);
  }

  /**
   * Sets when large files are digested again.
   *
   * @param verify when to digest them
   * @return a changed copy
   */
  public ModelCache withVerify(Verify verify) {
    return new ModelCache(folder, Objects.requireNonNull(verify, "verify"), limit, key);
  }

  /**
   * Limits the size of the cache. If it is exceeded, the least recently used entries are removed. A
   * model that is larger than the limit is not cached.
   *
   * @param bytes the limit in bytes, at least 1
   * @return a changed copy
   * @throws IllegalArgumentException if the limit is below 1
   */
  public ModelCache withLimit(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes: found " + bytes + ", expected at least 1");
    }
    return new ModelCache(folder, verify, bytes, key);
  }

  /**
   * Seals every entry and every remembered digest with a key, and uses only those that this key has
   * sealed. A program that can write to the folder but does not have the key cannot change an
   * answer through it. An entry without the right seal is removed with a warning and written again.
   *
   * <p>A runtime with a trust policy requires a key, because the engine loads the cached graph
   * instead of the bytes whose signature was verified. Store the key outside the folder, for
   * example with the application's other secrets. Processes that share a folder need the same key.
   *
   * <p>The seal is HMAC-SHA-256 (RFC 2104) over the entry's source, its settings and the digests of
   * its files.
   *
   * @param key a key for HMAC-SHA-256 of at least 16 bytes, for example {@code new
   *     SecretKeySpec(bytes, "HmacSHA256")}
   * @return a changed copy
   * @throws IllegalArgumentException if the key is shorter than 16 bytes or does not expose its
   *     bytes
   */
  public ModelCache withKey(SecretKey key) {
    byte[] bytes = Objects.requireNonNull(key, "key").getEncoded();
    if (bytes == null || bytes.length < SHORTEST_KEY) {
      throw new IllegalArgumentException(
          "key: found "
              + (bytes == null ? "a key that does not expose its bytes" : bytes.length + " bytes")
              + ", expected a key of at least "
              + SHORTEST_KEY
              + " bytes");
    }
    return new ModelCache(folder, verify, limit, key);
  }

  /**
   * Returns the folder of the cache.
   *
   * @return the folder
   */
  public Path folder() {
    return folder;
  }

  /**
   * Returns when large files are digested again.
   *
   * @return {@link Verify#WHEN_CHANGED} unless set
   */
  public Verify verify() {
    return verify;
  }

  /**
   * Returns the limit of the cache's size.
   *
   * @return a number of bytes, at least 1
   */
  public long limit() {
    return limit;
  }

  /**
   * Returns the key that seals the entries.
   *
   * @return the key; empty if entries only have a checksum
   */
  public Optional<SecretKey> key() {
    return Optional.ofNullable(key);
  }
}
