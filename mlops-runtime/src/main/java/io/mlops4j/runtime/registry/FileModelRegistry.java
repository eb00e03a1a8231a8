package io.mlops4j.runtime.registry;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelRef;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasListener;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.Collected;
import io.mlops4j.registry.Lease;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.registry.RegistryHead;
import io.mlops4j.registry.Verification;
import io.mlops4j.registry.VerifyOptions;
import io.mlops4j.registry.VersionRange;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.registry.VersionStatus;
import io.mlops4j.registry.Watch;
import io.mlops4j.runtime.source.ModelFiles;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A registry in a folder, which any number of threads and processes share, also over a network file
 * system: it relies on exclusive renames and links, never on file locks.
 *
 * <p>A publish or an assignment that returned has been forced to the disk. One that did not return,
 * because the process was killed or the disk was full, has happened completely or not at all. What
 * a killed process leaves behind is ignored, and removed by whoever opens the registry a day later.
 *
 * <p>Versions and records that were edited or damaged are found by their digests before anything
 * uses them. A history rewritten as a whole, with all digests computed anew, is found only by
 * comparing {@link #head} with one that was kept elsewhere.
 *
 * <p>Only the folder's owner decides who may write: the actor in a {@link Change} is what the
 * application says.
 */
public final class FileModelRegistry implements ModelRegistry {
  private final Layout layout;
  private final Disk disk;
  private final Clock clock;
  private final VersionStore versions;
  private final Map<String, AliasChain> chains = new ConcurrentHashMap<>();
  private volatile boolean closed;

  private FileModelRegistry(Layout layout, Disk disk, Clock clock) {
    this.layout = layout;
    this.disk = disk;
    this.clock = clock;
    this.versions = new VersionStore(layout, disk, clock);
  }

  /**
   * Opens a registry, or makes one of a folder that is empty or not there yet. One that exists can
   * be opened from a read-only disk, to read.
   *
   * @param folder the registry's folder
   * @return the registry; the caller closes it
   * @throws RegistryException if the folder is a file, holds other things, cannot be made, or was
   *     written in a newer layout
   */
  public static ModelRegistry open(Path folder) {
    return open(folder, Clock.systemUTC(), true);
  }

  static ModelRegistry open(Path folder, Clock clock, boolean links) {
    Path root = folder.toAbsolutePath().normalize();
    Disk disk = new Disk(Layout.staging(root), links);
    Layout layout = Layout.open(root, disk);
    disk.clean();
    return new FileModelRegistry(layout, disk, clock);
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the registry in " + layout.root() + " is closed");
    }
  }

  @Override
  public ModelVersion publish(ModelCard card, Path fileOrFolder, PublishOptions options) {
    checkOpen();
    Objects.requireNonNull(card, "card");
    Objects.requireNonNull(fileOrFolder, "fileOrFolder");
    ModelFiles model = ModelFiles.list(fileOrFolder);
    ModelVersion version = versions.publish(card, model);
    model.signatures().forEach(bundle -> versions.addSignature(version, bytes(bundle)));
    return version;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  @Override
  public List<String> models() {
    checkOpen();
    return layout.models();
  }

  @Override
  public List<String> aliases(String model) {
    checkOpen();
    return layout.names(layout.aliases(ModelRef.checkName("model", model)));
  }

  @Override
  public List<VersionStatus> versions(String model, VersionRange range) {
    throw notYet();
  }

  @Override
  public VersionStatus status(ModelVersion version) {
    throw notYet();
  }

  @Override
  public Optional<AliasRecord> at(String ref, Instant when) {
    throw notYet();
  }

  @Override
  public Watch watch(String ref, AliasListener listener) {
    throw notYet();
  }

  @Override
  public VersionRecord deprecate(ModelVersion version, Change change) {
    throw notYet();
  }

  @Override
  public VersionRecord restore(ModelVersion version, Change change) {
    throw notYet();
  }

  @Override
  public VersionRecord delete(ModelVersion version, Change change) {
    throw notYet();
  }

  @Override
  public List<VersionRecord> changes(String model) {
    throw notYet();
  }

  @Override
  public Collected collect(Change change) {
    throw notYet();
  }

  @Override
  public Collected collectable() {
    throw notYet();
  }

  @Override
  public Lease lease(ModelVersion version, String holder) {
    throw notYet();
  }

  @Override
  public RegistryHead head() {
    throw notYet();
  }

  @Override
  public Verification verify(VerifyOptions options) {
    throw notYet();
  }

  private static UnsupportedOperationException notYet() {
    return new UnsupportedOperationException("found a registry in a folder, which cannot yet");
  }

  @Override
  public ModelVersion resolve(String text) {
    checkOpen();
    ModelRef ref = ModelRef.parse(text);
    if (ref.alias().isPresent()) {
      return named(ref, ref.alias().get());
    }
    // Number 1 of a model that has none is the one whose absence the message tells.
    int number = ref.number().orElseGet(() -> Math.max(1, versions.last(ref.name())));
    return versions.find(ref.name(), number).version();
  }

  private ModelVersion named(ModelRef ref, String alias) {
    AliasChain.Link head = chain(ref, alias).head().orElseThrow(() -> unknown(ref));
    VersionStore.Stored stored = versions.find(head.record().to());
    if (!stored.digest().equals(head.manifest())) {
      throw new IntegrityException(
          layout.version(ref.name(), stored.version().number())
              + ": found a manifest "
              + stored.digest()
              + ", expected "
              + head.manifest()
              + " as it was when "
              + ref
              + " was assigned; card or files were exchanged, restore the version from a backup");
    }
    return stored.version();
  }

  private RegistryException unknown(ModelRef ref) {
    List<String> aliases = layout.names(layout.aliases(ref.name()));
    return new RegistryException(
        ref
            + ": found no such alias in "
            + layout.root()
            + ", expected one that was assigned; aliases of "
            + ref.name()
            + ": "
            + Texts.some(aliases)
            + "; its versions: "
            + versions.last(ref.name())
            + "; models: "
            + Texts.some(layout.models()),
        null);
  }

  @Override
  public ModelCard card(ModelVersion version) {
    checkOpen();
    return versions.card(version);
  }

  @Override
  public List<ModelVersion> versions(String model) {
    checkOpen();
    return versions.all(ModelRef.checkName("model", model));
  }

  @Override
  public ModelSource source(ModelVersion version) {
    checkOpen();
    return versions.source(version);
  }

  @Override
  public ModelSource deferredSource(ModelVersion version) {
    checkOpen();
    return versions.deferredSource(version);
  }

  @Override
  public void addSignature(ModelVersion version, byte[] bundle) {
    checkOpen();
    versions.addSignature(version, bundle);
  }

  @Override
  public List<byte[]> signatures(ModelVersion version) {
    checkOpen();
    return versions.signatures(version);
  }

  @Override
  public AliasRecord assign(String ref, ModelVersion to, Change change) {
    return append(ref, to, change, null);
  }

  @Override
  public AliasRecord assign(String ref, ModelVersion to, Change change, AliasRecord expected) {
    return append(ref, to, change, Objects.requireNonNull(expected, "expected"));
  }

  private AliasRecord append(
      String text, ModelVersion to, Change change, @Nullable AliasRecord expected) {
    checkOpen();
    Objects.requireNonNull(change, "change");
    ModelRef ref = aliasRef(text);
    if (!to.name().equals(ref.name())) {
      throw new IllegalArgumentException(
          "to: found "
              + to
              + ", expected a version of "
              + ref.name()
              + ", which "
              + ref
              + " names");
    }
    VersionStore.Stored stored = versions.find(to);
    try {
      versions.makeLast(ref.name());
    } catch (IOException e) {
      throw layout.cannotStore(ref.toString(), e);
    }
    return chain(ref).append(stored, change, clock, expected);
  }

  @Override
  public Optional<AliasRecord> head(String ref) {
    checkOpen();
    return chain(aliasRef(ref)).head().map(AliasChain.Link::record);
  }

  @Override
  public List<AliasRecord> history(String ref) {
    checkOpen();
    return chain(aliasRef(ref)).history();
  }

  private static ModelRef aliasRef(String text) {
    ModelRef ref = ModelRef.parse(text);
    if (ref.alias().isEmpty()) {
      throw new IllegalArgumentException(
          "ref: found \"" + text + "\", expected an alias as in " + ref.name() + "@champion");
    }
    return ref;
  }

  private AliasChain chain(ModelRef ref) {
    return chain(ref, ref.alias().orElseThrow());
  }

  private AliasChain chain(ModelRef ref, String alias) {
    return chains.computeIfAbsent(
        ref.toString(), key -> new AliasChain(layout, disk, ref.name(), alias));
  }

  @Override
  public URI location() {
    checkOpen();
    return layout.root().toUri();
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public String toString() {
    return "registry in " + layout.root();
  }
}
