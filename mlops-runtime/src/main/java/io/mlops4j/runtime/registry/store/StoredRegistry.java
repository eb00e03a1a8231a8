package io.mlops4j.runtime.registry.store;

import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelRef;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasListener;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.Collected;
import io.mlops4j.registry.Lease;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Publication;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.registry.RegistryHead;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Verification;
import io.mlops4j.registry.VerifyOptions;
import io.mlops4j.registry.VersionRange;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.registry.VersionState;
import io.mlops4j.registry.VersionStatus;
import io.mlops4j.registry.Watch;
import io.mlops4j.runtime.internal.card.Links;
import io.mlops4j.runtime.internal.source.ModelFiles;
import io.mlops4j.spi.ModelSource;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The registry operations that do not depend on where documents and files are stored. */
public final class StoredRegistry implements ModelRegistry {
  private final Storage storage;
  private final RegistryOptions options;
  private final Signing signing;
  private final Clock clock;
  private final VersionStore versions;
  private final AliasStore aliases;
  private final Poller poller;
  private final Leases leases;
  private final Collector collector;
  private volatile boolean closed;

  public StoredRegistry(Storage storage, RegistryOptions options) {
    this.clock = StorageClock.of(storage, options);
    this.storage = storage;
    this.options = options;
    this.signing = Signing.of(options);
    this.versions = new VersionStore(storage, signing, clock);
    this.aliases = new AliasStore(storage, signing, clock);
    this.poller = new Poller(options.interval());
    this.leases = new Leases(storage, options.clock(), poller);
    this.collector = new Collector(storage, clock, options.retention(), versions, aliases, leases);
  }

  /** Returns the storage. Throws IllegalStateException if the registry is closed. */
  public Storage storage() {
    checkOpen();
    return storage;
  }

  /** Returns a registry over other storage, with the options of this one: clock and trust. */
  public StoredRegistry over(Storage other) {
    return new StoredRegistry(other, options);
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the registry in " + storage + " is closed");
    }
  }

  private String checkModel(String model) {
    checkOpen();
    return ModelRef.checkName("model", model);
  }

  private VersionStore.Stored find(ModelVersion version) {
    Objects.requireNonNull(version, "version");
    checkOpen();
    return versions.find(version);
  }

  @Override
  public ModelVersion publish(ModelCard card, Path fileOrFolder, PublishOptions options) {
    Objects.requireNonNull(card, "card");
    Objects.requireNonNull(fileOrFolder, "fileOrFolder");
    Objects.requireNonNull(options, "options");
    checkOpen();
    ModelFiles model = ModelFiles.list(fileOrFolder);
    List<byte[]> bundles = model.signatures().stream().map(StoredRegistry::bytes).toList();
    bundles.forEach(bundle -> VersionSignatures.checkSize(fileOrFolder, bundle));
    ModelVersion version = storage.publish(card, model, options, versions);
    versions.links(version.name()).published(version.number());
    bundles.forEach(bundle -> versions.signatures().add(version, bundle));
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
    return storage.models();
  }

  @Override
  public List<String> aliases(String model) {
    checkModel(model);
    return storage.reading(() -> aliases.naming(model).stream().map(AliasRecord::alias).toList());
  }

  @Override
  public ModelVersion resolve(String text) {
    Objects.requireNonNull(text, "ref");
    checkOpen();
    if (text.startsWith(ByDigest.PREFIX)) {
      return storage.reading(() -> ByDigest.find(storage, versions, text));
    }
    ModelRef ref = ModelRef.parse(text);
    return storage.reading(() -> resolve(ref));
  }

  private ModelVersion resolve(ModelRef ref) {
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
            .chain()
            .head()
            .map(Chain.Link::record)
            .orElseThrow(() -> aliases.unknown(ref, versions.last(ref.name())));
    ModelVersion to = head.record().to();
    if (to == null) {
      throw aliases.removed(head.record());
    }
    VersionStore.Stored stored = versions.find(to);
    if (!stored.digest().equals(head.manifest())) {
      throw Problems.broken(
          storage.place(ref.name(), stored.version().number()),
          "a manifest " + stored.digest(),
          "%s as it was when %s was assigned; card or files were exchanged, restore the version "
                  .formatted(head.manifest(), ref)
              + "from a backup");
    }
    return stored.version();
  }

  @Override
  public ModelCard card(ModelVersion version) {
    return versions.card(find(version).manifest());
  }

  @Override
  public List<ModelVersion> versions(String model) {
    return versions.all(checkModel(model));
  }

  @Override
  public List<VersionStatus> versions(String model, VersionRange range) {
    Objects.requireNonNull(range, "range");
    checkModel(model);
    return storage.reading(() -> versions.page(model, range));
  }

  /** Passes on the links and the states of a model's versions, the oldest first. */
  public void links(String model, BiConsumer<Links, VersionState> each) {
    checkModel(model);
    Map<Integer, VersionRecord> changed = versions.states(model).in(state -> true);
    versions
        .links(model)
        .read(
            versions.last(model),
            links -> {
              VersionRecord record = changed.get(links.version().number());
              each.accept(links, record == null ? VersionState.ACTIVE : record.state());
            });
  }

  @Override
  public VersionStatus status(ModelVersion version) {
    return versions.status(find(version).manifest());
  }

  @Override
  public Publication publication(ModelVersion version) {
    return find(version).manifest().publication();
  }

  @Override
  public ModelSource source(ModelVersion version) {
    return versions.source(find(version).manifest());
  }

  @Override
  public ModelSource deferredSource(ModelVersion version) {
    return versions.deferredSource(find(version).manifest());
  }

  /** Returns a model's aliases, including removed ones. */
  public List<String> everyAlias(String model) {
    checkOpen();
    return storage.aliases(model);
  }

  /** Returns the bytes of a card as they were published. */
  public byte[] cardBytes(ModelVersion version) {
    return versions.cardBytes(find(version).manifest());
  }

  @Override
  public boolean keepsSignatures() {
    return true;
  }

  @Override
  public void addSignature(ModelVersion version, byte[] bundle) {
    Objects.requireNonNull(bundle, "bundle");
    versions.signatures().add(find(version).version(), bundle);
  }

  @Override
  public List<byte[]> signatures(ModelVersion version) {
    return versions.signatures().of(find(version).version());
  }

  @Override
  public AliasRecord assign(String ref, ModelVersion to, Change change) {
    return assign(ref, to, change, newest -> true, "");
  }

  @Override
  public AliasRecord assign(String ref, ModelVersion to, Change change, AliasRecord expected) {
    Objects.requireNonNull(expected, "expected");
    return assign(ref, to, change, Optional.of(expected)::equals, newest(expected));
  }

  @Override
  public AliasRecord assignFirst(String ref, ModelVersion to, Change change) {
    return assign(ref, to, change, Optional::isEmpty, "none yet");
  }

  private static String newest(AliasRecord expected) {
    String to = expected.isRemoval() ? "a removal" : "to " + expected.to();
    return "record " + expected.number() + " (" + to + ") to be the newest";
  }

  private AliasRecord assign(
      String text,
      ModelVersion to,
      Change change,
      Predicate<Optional<AliasRecord>> newest,
      String expected) {
    Objects.requireNonNull(to, "to");
    AliasChain chain = chain(text, change);
    ModelRef ref = ModelRef.parse(text);
    if (!to.name().equals(ref.name())) {
      throw new IllegalArgumentException(
          "to: found %s, expected a version of %s, which %s names".formatted(to, ref.name(), ref));
    }
    return storage.together(
        ref.name(),
        () -> {
          VersionStore.Stored stored = versions.find(to);
          collector.refuseDeleted(stored.version());
          storage.makeLast(ref.name(), ref.toString());
          return chain.append(stored, change, newest, expected);
        });
  }

  private AliasChain chain(String ref, Change change) {
    Objects.requireNonNull(change, "change");
    return chain(ref);
  }

  private AliasChain chain(String ref) {
    Objects.requireNonNull(ref, "ref");
    checkOpen();
    return aliases.chain(ref);
  }

  @Override
  public AliasRecord unassign(String ref, Change change) {
    return unassign(ref, change, newest -> true, "");
  }

  @Override
  public AliasRecord unassign(String ref, Change change, AliasRecord expected) {
    Objects.requireNonNull(expected, "expected");
    if (expected.isRemoval()) {
      throw new IllegalArgumentException(
          "expected: found a removal, record "
              + expected.number()
              + ", expected a record that names a version, since nothing is left to remove");
    }
    return unassign(ref, change, Optional.of(expected)::equals, newest(expected));
  }

  private AliasRecord unassign(
      String text, Change change, Predicate<Optional<AliasRecord>> newest, String expected) {
    AliasChain chain = chain(text, change);
    ModelRef ref = ModelRef.parse(text);
    return storage.together(
        ref.name(),
        () -> {
          if (chain.newest().isEmpty()) {
            throw aliases.unknown(ref, versions.last(ref.name()));
          }
          storage.allowRemovals();
          return chain.append(null, change, newest, expected);
        });
  }

  @Override
  public Optional<AliasRecord> head(String ref) {
    return storage.reading(chain(ref)::newest);
  }

  @Override
  public List<AliasRecord> history(String ref) {
    return storage.reading(chain(ref)::history);
  }

  @Override
  public Optional<AliasRecord> at(String ref, Instant when) {
    Objects.requireNonNull(when, "when");
    AliasChain chain = chain(ref);
    return storage.reading(() -> chain.at(when));
  }

  @Override
  public Watch watch(String ref, AliasListener listener) {
    Objects.requireNonNull(listener, "listener");
    AliasChain chain = chain(ref);
    return AliasWatch.start(poller, ref, () -> storage.reading(chain::newest), listener);
  }

  @Override
  public VersionRecord deprecate(ModelVersion version, Change change) {
    return change(version, change, collector::deprecate);
  }

  @Override
  public VersionRecord restore(ModelVersion version, Change change) {
    return change(version, change, collector::restore);
  }

  @Override
  public VersionRecord delete(ModelVersion version, Change change) {
    return change(version, change, collector::delete);
  }

  private VersionRecord change(
      ModelVersion version,
      Change change,
      BiFunction<ModelVersion, Change, VersionRecord> operation) {
    Objects.requireNonNull(version, "version");
    return change(version.name(), change, () -> operation.apply(version, change));
  }

  private VersionRecord change(String model, Change change, Supplier<VersionRecord> operation) {
    Objects.requireNonNull(change, "change");
    return storage.together(checkModel(model), operation);
  }

  @Override
  public VersionRecord retire(String model, Change change) {
    return change(model, change, () -> collector.retire(model, change, null));
  }

  @Override
  public VersionRecord retire(String model, Change change, long newest) {
    if (newest < 0) {
      throw new IllegalArgumentException("newest: found " + newest + ", expected 0 or more");
    }
    return change(model, change, () -> collector.retire(model, change, newest));
  }

  @Override
  public VersionRecord reinstate(String model, Change change) {
    return change(model, change, () -> collector.reinstate(model, change));
  }

  @Override
  public Optional<VersionRecord> retirement(String model) {
    return versions.states(checkModel(model)).retirement();
  }

  @Override
  public List<VersionRecord> changes(String model) {
    return versions.states(checkModel(model)).history();
  }

  @Override
  public Collected collect(Change change) {
    Objects.requireNonNull(change, "change");
    checkOpen();
    return collector.collect(change);
  }

  @Override
  public Collected collectable() {
    checkOpen();
    return collector.collectable();
  }

  @Override
  public Lease lease(ModelVersion version, String holder) {
    Objects.requireNonNull(holder, "holder");
    return collector.lease(find(version).version(), holder);
  }

  @Override
  public RegistryHead head() {
    checkOpen();
    return ChainHeads.of(storage, versions, aliases);
  }

  @Override
  public Verification verify(VerifyOptions options) {
    Objects.requireNonNull(options, "options");
    checkOpen();
    return new Verifier(storage, versions, aliases, signing, clock, options).verify();
  }

  @Override
  public URI location() {
    checkOpen();
    return storage.location();
  }

  @Override
  public void close() {
    closed = true;
    poller.close();
    leases.close();
    storage.close();
  }

  @Override
  public String toString() {
    return "registry in " + storage;
  }
}
