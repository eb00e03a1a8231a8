package io.mlops4j.runtime.registry.store;

import io.mlops4j.error.IntegrityException;
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
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What is the same in every registry, wherever its documents and files lie. */
public final class StoredRegistry implements ModelRegistry {
  private final Storage storage;
  private final RegistryOptions options;
  private final Signing signing;
  private final VersionStore versions;
  private final AliasStore aliases;
  private final Publishing publishing;
  private final Poller poller;
  private final Leases leases;
  private final Collector collector;
  private volatile boolean closed;

  /** How a version gets into the storage. */
  public interface Publishing {
    ModelVersion publish(ModelCard card, ModelFiles model, PublishOptions options);
  }

  public StoredRegistry(
      Storage storage, RegistryOptions options, Function<VersionStore, Publishing> publishing) {
    Clock clock = options.clock();
    this.storage = storage;
    this.options = options;
    this.signing = Signing.of(options);
    this.versions = new VersionStore(storage, signing);
    this.aliases = new AliasStore(storage, signing);
    this.publishing = publishing.apply(versions);
    this.poller = new Poller(options.interval());
    this.leases = new Leases(storage, clock, poller);
    this.collector = new Collector(storage, clock, options.retention(), versions, aliases, leases);
  }

  /** Where this registry lies; throws when it is closed. */
  public Storage storage() {
    checkOpen();
    return storage;
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the registry in " + storage + " is closed");
    }
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
    ModelVersion version = publishing.publish(card, model, options);
    versions.links(version.name()).published(version.number());
    bundles.forEach(bundle -> versions.addSignature(version, bundle));
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
    checkOpen();
    ModelRef.checkName("model", model);
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
    if (ref.alias().isPresent()) {
      return storage.reading(() -> named(ref, ref.alias().get()));
    }
    return storage.reading(
        () ->
            ref.number().isPresent()
                ? versions.find(ref.name(), ref.number().getAsInt()).version()
                : versions.latest(ref.name()));
  }

  private ModelVersion named(ModelRef ref, String alias) {
    AliasJson.Named head =
        aliases
            .chain(ref.name(), alias)
            .head()
            .map(Chain.Link::record)
            .orElseThrow(() -> aliases.unknown(ref, versions.last(ref.name())));
    ModelVersion to = head.record().to();
    if (to == null) {
      throw aliases.removed(head.record());
    }
    VersionStore.Stored stored = versions.find(to);
    if (!stored.digest().equals(head.manifest())) {
      throw new IntegrityException(
          storage.place(ref.name(), stored.version().number())
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
    Objects.requireNonNull(version, "version");
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
    Objects.requireNonNull(range, "range");
    checkOpen();
    ModelRef.checkName("model", model);
    return storage.reading(() -> versions.page(model, range));
  }

  /** Tells what the versions of a model were made from, and their states, the oldest first. */
  public void links(String model, BiConsumer<Links, VersionState> each) {
    checkOpen();
    ModelRef.checkName("model", model);
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
    Objects.requireNonNull(version, "version");
    checkOpen();
    return versions.status(versions.find(version).manifest());
  }

  @Override
  public Publication publication(ModelVersion version) {
    Objects.requireNonNull(version, "version");
    checkOpen();
    return versions.find(version).manifest().publication();
  }

  @Override
  public ModelSource source(ModelVersion version) {
    Objects.requireNonNull(version, "version");
    checkOpen();
    return versions.source(version);
  }

  @Override
  public ModelSource deferredSource(ModelVersion version) {
    Objects.requireNonNull(version, "version");
    checkOpen();
    return versions.deferredSource(version);
  }

  /** Also those that were removed. */
  public List<String> everyAlias(String model) {
    checkOpen();
    return aliases.names(model);
  }

  /** For archives, which carry the very bytes. */
  public byte[] cardBytes(ModelVersion version) {
    checkOpen();
    return versions.cardBytes(version);
  }

  @Override
  public boolean keepsSignatures() {
    return true;
  }

  @Override
  public void addSignature(ModelVersion version, byte[] bundle) {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(bundle, "bundle");
    checkOpen();
    versions.addSignature(version, bundle);
  }

  @Override
  public List<byte[]> signatures(ModelVersion version) {
    Objects.requireNonNull(version, "version");
    checkOpen();
    return versions.signatures(version);
  }

  @Override
  public AliasRecord assign(String ref, ModelVersion to, Change change) {
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(change, "change");
    return append(ref, to, change, newest -> true, "");
  }

  @Override
  public AliasRecord assign(String ref, ModelVersion to, Change change, AliasRecord expected) {
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(change, "change");
    Objects.requireNonNull(expected, "expected");
    return append(ref, to, change, Optional.of(expected)::equals, newest(expected));
  }

  private static String newest(AliasRecord expected) {
    return "record "
        + expected.number()
        + (expected.isRemoval() ? " (a removal)" : " (to " + expected.to() + ")")
        + " to be the newest";
  }

  @Override
  public AliasRecord assignFirst(String ref, ModelVersion to, Change change) {
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(change, "change");
    return append(ref, to, change, Optional::isEmpty, "none yet");
  }

  private AliasRecord append(
      String text,
      ModelVersion to,
      Change change,
      Predicate<Optional<AliasRecord>> newest,
      String expected) {
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
    return storage.together(
        ref.name(),
        () -> {
          VersionStore.Stored stored = versions.find(to);
          collector.refuseDeleted(stored.version());
          makeLast(ref);
          return chain.append(stored, change, options.clock(), newest, expected);
        });
  }

  @Override
  public AliasRecord unassign(String ref, Change change) {
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(change, "change");
    return remove(ref, change, newest -> true, "");
  }

  @Override
  public AliasRecord unassign(String ref, Change change, AliasRecord expected) {
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(change, "change");
    Objects.requireNonNull(expected, "expected");
    if (expected.isRemoval()) {
      throw new IllegalArgumentException(
          "expected: found a removal, record "
              + expected.number()
              + ", expected a record that names a version, since nothing is left to remove");
    }
    return remove(ref, change, Optional.of(expected)::equals, newest(expected));
  }

  private AliasRecord remove(
      String text, Change change, Predicate<Optional<AliasRecord>> newest, String expected) {
    checkOpen();
    Objects.requireNonNull(change, "change");
    AliasChain chain = aliases.chain(text);
    ModelRef ref = ModelRef.parse(text);
    return storage.together(
        ref.name(),
        () -> {
          if (chain.head().isEmpty()) {
            throw aliases.unknown(ref, versions.last(ref.name()));
          }
          storage.allowRemovals();
          return chain.append(null, change, options.clock(), newest, expected);
        });
  }

  private void makeLast(ModelRef ref) {
    try {
      storage.makeLast(ref.name());
    } catch (IOException e) {
      throw storage.cannotStore(ref.toString(), e);
    }
  }

  @Override
  public Optional<AliasRecord> head(String ref) {
    Objects.requireNonNull(ref, "ref");
    checkOpen();
    AliasChain chain = aliases.chain(ref);
    return storage.reading(() -> chain.head().map(link -> link.record().record()));
  }

  @Override
  public List<AliasRecord> history(String ref) {
    Objects.requireNonNull(ref, "ref");
    checkOpen();
    AliasChain chain = aliases.chain(ref);
    return storage.reading(chain::history);
  }

  @Override
  public Optional<AliasRecord> at(String ref, Instant when) {
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(when, "when");
    checkOpen();
    AliasChain chain = aliases.chain(ref);
    return storage.reading(() -> chain.at(when));
  }

  @Override
  public Watch watch(String ref, AliasListener listener) {
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(listener, "listener");
    checkOpen();
    AliasChain chain = aliases.chain(ref);
    return AliasWatch.start(
        poller,
        ref,
        () -> storage.reading(() -> chain.head().map(link -> link.record().record())),
        listener);
  }

  @Override
  public VersionRecord deprecate(ModelVersion version, Change change) {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(change, "change");
    checkOpen();
    return storage.together(version.name(), () -> collector.deprecate(version, change));
  }

  @Override
  public VersionRecord restore(ModelVersion version, Change change) {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(change, "change");
    checkOpen();
    return storage.together(version.name(), () -> collector.restore(version, change));
  }

  @Override
  public VersionRecord delete(ModelVersion version, Change change) {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(change, "change");
    checkOpen();
    return storage.together(version.name(), () -> collector.delete(version, change));
  }

  @Override
  public VersionRecord retire(String model, Change change) {
    Objects.requireNonNull(change, "change");
    return retire(model, change, null);
  }

  @Override
  public VersionRecord retire(String model, Change change, long newest) {
    Objects.requireNonNull(change, "change");
    if (newest < 0) {
      throw new IllegalArgumentException("newest: found " + newest + ", expected 0 or more");
    }
    return retire(model, change, Long.valueOf(newest));
  }

  private VersionRecord retire(String model, Change change, @Nullable Long newest) {
    checkOpen();
    ModelRef.checkName("model", model);
    Objects.requireNonNull(change, "change");
    return storage.together(model, () -> collector.retire(model, change, newest));
  }

  @Override
  public VersionRecord reinstate(String model, Change change) {
    Objects.requireNonNull(change, "change");
    checkOpen();
    ModelRef.checkName("model", model);
    return storage.together(model, () -> collector.reinstate(model, change));
  }

  @Override
  public Optional<VersionRecord> retirement(String model) {
    checkOpen();
    return versions.states(ModelRef.checkName("model", model)).retirement();
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
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(holder, "holder");
    checkOpen();
    return collector.lease(version, holder);
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
    return Verifier.verify(storage, versions, aliases, signing, this.options.clock(), options);
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
