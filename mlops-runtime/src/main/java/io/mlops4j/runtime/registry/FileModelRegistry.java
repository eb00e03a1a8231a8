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
import io.mlops4j.registry.RegistryOptions;
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
import java.util.Objects;
import java.util.Optional;
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
  private final RegistryOptions options;
  private final VersionStore versions;
  private final AliasStore aliases;
  private final Publisher publisher;
  private final Poller poller;
  private final Leases leases;
  private final Collector collector;
  private volatile boolean closed;

  private FileModelRegistry(Layout layout, Disk disk, RegistryOptions options) {
    Clock clock = options.clock();
    this.layout = layout;
    this.options = options;
    this.versions = new VersionStore(layout, disk);
    this.aliases = new AliasStore(layout, disk);
    this.publisher = new Publisher(layout, disk, clock, versions);
    this.poller = new Poller(options.interval());
    this.leases = new Leases(layout, disk, clock, poller);
    this.collector =
        new Collector(layout, disk, clock, options.retention(), versions, aliases, leases);
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
    return open(folder, RegistryOptions.withDefaults());
  }

  /**
   * Opens a registry with options.
   *
   * @param folder the registry's folder
   * @param options what may be deleted, and where times come from
   * @return the registry; the caller closes it
   * @throws RegistryException if the folder is a file, holds other things, cannot be made, or was
   *     written in a newer layout
   */
  public static ModelRegistry open(Path folder, RegistryOptions options) {
    return open(folder, options, true);
  }

  static ModelRegistry open(Path folder, Clock clock, boolean links) {
    return open(folder, RegistryOptions.withDefaults().clock(clock), links);
  }

  static ModelRegistry open(Path folder, RegistryOptions options, boolean links) {
    Path root = folder.toAbsolutePath().normalize();
    Disk disk = new Disk(Layout.staging(root), links);
    Layout layout = Layout.open(root, disk);
    disk.clean();
    return new FileModelRegistry(layout, disk, Objects.requireNonNull(options, "options"));
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
    Objects.requireNonNull(options, "options");
    ModelFiles model = ModelFiles.list(fileOrFolder);
    ModelVersion version = publisher.publish(card, model, options);
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
    return aliases.names(ModelRef.checkName("model", model));
  }

  @Override
  public ModelVersion resolve(String text) {
    checkOpen();
    ModelRef ref = ModelRef.parse(text);
    if (ref.alias().isPresent()) {
      return named(ref, ref.alias().get());
    }
    return ref.number().isPresent()
        ? versions.find(ref.name(), ref.number().getAsInt()).version()
        : versions.latest(ref.name());
  }

  private ModelVersion named(ModelRef ref, String alias) {
    AliasJson.Named head =
        aliases
            .chain(ref.name(), alias)
            .head()
            .map(Chain.Link::record)
            .orElseThrow(() -> aliases.unknown(ref, versions.last(ref.name())));
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
  public List<VersionStatus> versions(String model, VersionRange range) {
    checkOpen();
    return versions.page(
        ModelRef.checkName("model", model), Objects.requireNonNull(range, "range"));
  }

  @Override
  public VersionStatus status(ModelVersion version) {
    checkOpen();
    return versions.status(versions.find(version).manifest());
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

  /** For archives, which carry the very bytes. */
  byte[] cardBytes(ModelVersion version) {
    checkOpen();
    return versions.cardBytes(version);
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
    AliasChain chain = aliases.chain(text);
    ModelRef ref = ModelRef.parse(text);
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
    collector.refuseDeleted(stored.version());
    try {
      versions.makeLast(ref.name());
    } catch (IOException e) {
      throw layout.cannotStore(ref.toString(), e);
    }
    return chain.append(stored, change, options.clock(), expected);
  }

  @Override
  public Optional<AliasRecord> head(String ref) {
    checkOpen();
    return aliases.chain(ref).head().map(link -> link.record().record());
  }

  @Override
  public List<AliasRecord> history(String ref) {
    checkOpen();
    return aliases.chain(ref).history();
  }

  @Override
  public Optional<AliasRecord> at(String ref, Instant when) {
    checkOpen();
    return aliases.chain(ref).at(Objects.requireNonNull(when, "when"));
  }

  @Override
  public Watch watch(String ref, AliasListener listener) {
    checkOpen();
    Objects.requireNonNull(listener, "listener");
    AliasChain chain = aliases.chain(ref);
    return AliasWatch.start(
        poller, ref, () -> chain.head().map(link -> link.record().record()), listener);
  }

  @Override
  public VersionRecord deprecate(ModelVersion version, Change change) {
    checkOpen();
    return collector.deprecate(version, Objects.requireNonNull(change, "change"));
  }

  @Override
  public VersionRecord restore(ModelVersion version, Change change) {
    checkOpen();
    return collector.restore(version, Objects.requireNonNull(change, "change"));
  }

  @Override
  public VersionRecord delete(ModelVersion version, Change change) {
    checkOpen();
    return collector.delete(version, Objects.requireNonNull(change, "change"));
  }

  @Override
  public List<VersionRecord> changes(String model) {
    checkOpen();
    return versions.states(ModelRef.checkName("model", model)).history();
  }

  @Override
  public Collected collect(Change change) {
    checkOpen();
    return collector.collect(Objects.requireNonNull(change, "change"));
  }

  @Override
  public Collected collectable() {
    checkOpen();
    return collector.collectable();
  }

  @Override
  public Lease lease(ModelVersion version, String holder) {
    checkOpen();
    return collector.lease(version, Objects.requireNonNull(holder, "holder"));
  }

  @Override
  public RegistryHead head() {
    checkOpen();
    return Verifier.head(layout, versions, aliases);
  }

  @Override
  public Verification verify(VerifyOptions options) {
    checkOpen();
    return Verifier.verify(layout, versions, aliases, Objects.requireNonNull(options, "options"));
  }

  @Override
  public URI location() {
    checkOpen();
    return layout.root().toUri();
  }

  @Override
  public void close() {
    closed = true;
    poller.close();
    leases.close();
  }

  @Override
  public String toString() {
    return "registry in " + layout.root();
  }
}
