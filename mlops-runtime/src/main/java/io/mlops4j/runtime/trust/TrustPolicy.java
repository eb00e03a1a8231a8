package io.mlops4j.runtime.trust;

import io.mlops4j.error.UntrustedModelException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.RecordTrust;
import io.mlops4j.registry.VersionTrust;
import io.mlops4j.runtime.internal.document.Texts;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The signatures that each model needs. A runtime with a policy applies it to every model that it
 * loads, from files, from a registry and for a deployment; no call bypasses it. Immutable and
 * thread safe.
 *
 * <p>The policy compares the signature with the bytes in memory that the engine is given
 * afterwards, so a file that is replaced meanwhile has no effect. Signatures are read from the
 * registry of the version, from {@code model.sig} in a model's folder, or from {@code NAME.sig}
 * beside its file. One valid signature is enough. The engine does not get files that the signer
 * left out.
 *
 * <p>A model without a rule is rejected. If several rules match, the most exact one decides: the
 * exact name, then the longest prefix.
 *
 * <p>A policy also decides which records of a model a registry trusts ({@link
 * io.mlops4j.registry.RegistryOptions.Builder#trusting(RecordTrust)}): those that a key of the
 * model's rule has signed. For a model without a rule, no record is trusted. The registry and the
 * runtime may use different policies.
 *
 * <p>In a verification ({@link io.mlops4j.registry.VerifyOptions.Builder#trustingVersions}), a
 * policy checks the signatures of all versions without loading them.
 */
public final class TrustPolicy implements RecordTrust, VersionTrust {
  private static final String REST = "*";

  private final Map<String, Rule> rules;
  private final boolean leavesOutUnsigned;
  private final boolean refusesLinks;
  private final boolean matchesNames;

  private TrustPolicy(Builder builder) {
    Map<String, Rule> copy = new HashMap<>();
    builder.rules.forEach((models, rule) -> copy.put(models, rule.copy()));
    this.rules = Map.copyOf(copy);
    this.leavesOutUnsigned = builder.leavesOutUnsigned;
    this.refusesLinks = builder.refusesLinks;
    this.matchesNames = builder.matchesNames;
  }

  private record Rule(Set<TrustedKey> keys, boolean unsigned) {
    Rule copy() {
      return new Rule(new LinkedHashSet<>(keys), unsigned);
    }

    String signers() {
      return Texts.some(List.copyOf(keys));
    }
  }

  /**
   * Starts a policy that rejects every model.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns a policy that requires a signature by one of these keys for every model.
   *
   * @param key a key
   * @param others further keys
   * @return the policy
   */
  public static TrustPolicy signedBy(TrustedKey key, TrustedKey... others) {
    Builder builder = builder().require(REST, key);
    for (TrustedKey other : others) {
      builder.require(REST, other);
    }
    return builder.build();
  }

  /**
   * Verifies a model. A runtime that has this policy calls this method for every model.
   *
   * @param model the model's name in its registry, or the name of its file without {@code .onnx}
   * @param source the model's bytes
   * @return a source with the verified bytes, to be loaded in place of the first
   * @throws UntrustedModelException if the policy rejects the model
   */
  public ModelSource verify(String model, ModelSource source) {
    Objects.requireNonNull(source, "source");
    Rule rule = rule(model);
    if (refusesLinks && Files.isSymbolicLink(source.main())) {
      throw new UntrustedModelException(
          model,
          "%s: found the symbolic link %s, which the trust policy forbids, expected the file itself; load that"
              .formatted(model, source.main()));
    }
    if (rule.keys.isEmpty()) {
      return source;
    }
    List<ByteBuffer> signatures = source.signatures();
    if (signatures.isEmpty() && rule.unsigned) {
      return source;
    }
    SourceFiles files = new SourceFiles(source);
    Set<String> found = new LinkedHashSet<>();
    for (ByteBuffer signature : signatures) {
      try {
        return files.verified(statement(model, signature, rule), leavesOutUnsigned);
      } catch (RefusedSignature e) {
        found.add(e.found());
      }
    }
    throw new UntrustedModelException(
        model,
        "%s: found %s in %s, expected a signature of exactly these files by %s; the model was not loaded; have it signed by the owner of such a key, or require another key for it in the trust policy"
            .formatted(model, all(found), source.main(), rule.signers()),
        signatures.isEmpty());
  }

  /**
   * Checks the signatures of a version against the digests in its manifest.
   *
   * @param version the version
   * @param files the digest of each of its files by relative name
   * @param signatures the bundles that the registry stores for the version
   * @return empty if the policy would load the version, otherwise what was found and expected
   */
  @Override
  public Optional<String> refusal(
      ModelVersion version, Map<String, Digest> files, List<byte[]> signatures) {
    String model = version.name();
    Optional<Rule> named = find(model);
    if (named.isEmpty()) {
      return Optional.of(
          "%s: found no rule for %s in the trust policy, expected one; name a key for it, or allow it unsigned"
              .formatted(version, model));
    }
    Rule rule = named.get();
    if (rule.keys.isEmpty() || (signatures.isEmpty() && rule.unsigned)) {
      return Optional.empty();
    }
    Set<String> found = new LinkedHashSet<>();
    for (byte[] signature : signatures) {
      try {
        statement(model, ByteBuffer.wrap(signature), rule).compare(files, leavesOutUnsigned);
        return Optional.empty();
      } catch (RefusedSignature e) {
        found.add(e.found());
      }
    }
    return Optional.of(
        "%s: found %s, expected a signature of exactly these files by %s; have the version signed by the owner of such a key, or trust another key"
            .formatted(version, all(found), rule.signers()));
  }

  private static String all(Set<String> found) {
    return found.isEmpty() ? "no signature" : String.join(", and ", found);
  }

  /** Returns the statement of a bundle that a key of the rule has signed. */
  private Statement statement(String model, ByteBuffer signature, Rule rule)
      throws RefusedSignature {
    Bundle bundle = Bundle.read(signature);
    if (rule.keys.stream().noneMatch(bundle::isSignedBy)) {
      throw new RefusedSignature(
          "a signature that names " + bundle.signer() + " and that no required key made");
    }
    Statement statement = bundle.statement();
    String subject = statement.subject();
    if (matchesNames && !subject.equals(model) && !subject.equals(model + ".onnx")) {
      throw new RefusedSignature("the signature of a model named " + Texts.plain(subject));
    }
    return statement;
  }

  @Override
  public boolean verifies(String model, String keyHint, byte[] record, byte[] signature) {
    return find(model)
        .filter(
            rule ->
                rule.keys.isEmpty()
                    || rule.keys.stream()
                        .filter(key -> key.hint().equals(keyHint))
                        .anyMatch(key -> key.verifies(record, signature)))
        .isPresent();
  }

  @Override
  public boolean allowsUnsigned(String model) {
    return find(model).filter(rule -> rule.unsigned).isPresent();
  }

  @Override
  public String signers(String model) {
    return find(model)
        .map(Rule::signers)
        .orElse("a key that the trust policy names for " + model + ", where it has no rule");
  }

  private Optional<Rule> find(String model) {
    Rule exact = rules.get(Objects.requireNonNull(model, "model"));
    if (exact != null && !model.endsWith(REST)) {
      return Optional.of(exact);
    }
    return rules.keySet().stream()
        .filter(models -> models.endsWith(REST) && model.startsWith(prefix(models)))
        .max(Comparator.comparingInt(String::length))
        .map(rules::get);
  }

  private Rule rule(String model) {
    return find(model)
        .orElseThrow(
            () ->
                new UntrustedModelException(
                    model,
                    "%s: found no rule for it in the trust policy, which names %s, expected one; add TrustPolicy.Builder.require(\"%s\", key)"
                        .formatted(model, rules.isEmpty() ? "no model" : models(), model)));
  }

  private static String prefix(String models) {
    return models.substring(0, models.length() - REST.length());
  }

  private String models() {
    return Texts.some(rules.keySet().stream().sorted().toList());
  }

  /**
   * Returns a description for people.
   *
   * @return the models that have a rule
   */
  @Override
  public String toString() {
    return "trust policy for " + models();
  }

  /** Collects the rules of a policy. Not thread safe. */
  public static final class Builder {
    private final Map<String, Rule> rules = new HashMap<>();
    private boolean leavesOutUnsigned;
    private boolean refusesLinks;
    private boolean matchesNames;

    private Builder() {}

    /**
     * Requires a signature by one of these keys. A second call for the same models adds keys.
     *
     * @param models a name such as {@code fraud}, a prefix such as {@code fraud-*}, or {@code *}
     * @param key a key
     * @param others further keys, any of which is enough
     * @return this builder
     * @throws IllegalArgumentException if {@code *} is not at the end
     */
    public Builder require(String models, TrustedKey key, TrustedKey... others) {
      Set<TrustedKey> keys = rule(models).keys;
      keys.add(Objects.requireNonNull(key, "key"));
      keys.addAll(List.of(others));
      return this;
    }

    /**
     * Allows models without a signature. If keys are required for the same models, an existing
     * signature must still be valid.
     *
     * @param models a name, a prefix such as {@code sandbox-*}, or {@code *}
     * @return this builder
     * @throws IllegalArgumentException if {@code *} is not at the end
     */
    public Builder allowUnsigned(String models) {
      rules.put(models, new Rule(rule(models).keys, true));
      return this;
    }

    private Rule rule(String models) {
      int star = models.indexOf(REST);
      if (models.isBlank() || (star >= 0 && star < models.length() - 1)) {
        throw new IllegalArgumentException(
            "models: found \"" + models + "\", expected a name, or a prefix that ends with *");
      }
      return rules.computeIfAbsent(models, key -> new Rule(new LinkedHashSet<>(), false));
    }

    /**
     * Leaves out files of a model's folder that are not signed, instead of rejecting the model.
     *
     * @return this builder
     */
    public Builder leaveOutUnsignedFiles() {
      this.leavesOutUnsigned = true;
      return this;
    }

    /**
     * Rejects a model's file that is a symbolic link. Links in folders and registries are always
     * rejected.
     *
     * @return this builder
     */
    public Builder refuseLinks() {
      this.refusesLinks = true;
      return this;
    }

    /**
     * Requires that the signed name is the model's name, with or without {@code .onnx}, so that a
     * signed model cannot replace another. {@link ModelSigner} signs a version under its model's
     * name; the public tool signs a folder or file under its own name.
     *
     * @return this builder
     */
    public Builder matchNames() {
      this.matchesNames = true;
      return this;
    }

    /**
     * Builds the policy.
     *
     * @return the policy
     */
    public TrustPolicy build() {
      return new TrustPolicy(this);
    }
  }
}
