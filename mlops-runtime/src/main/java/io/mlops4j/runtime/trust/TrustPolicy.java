package io.mlops4j.runtime.trust;

import io.mlops4j.error.UntrustedModelException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.RecordTrust;
import io.mlops4j.registry.VersionTrust;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Which models may be loaded: whose signature each needs. A runtime that was given a policy asks it
 * for every model that it loads, from files, from a registry and for a deployment; there is no way
 * around it. Immutable and thread safe.
 *
 * <p>What is compared with the signature are the bytes in memory that the engine is given
 * afterwards, not the files: one that is exchanged meanwhile changes nothing. A signature is found
 * beside the version in its registry, as {@code model.sig} in a model's folder, or as {@code
 * NAME.sig} beside its file; of several, one that holds is enough. Files that the signer left out
 * are not given to the engine.
 *
 * <p>A model that no rule names is refused. Of several rules the most exact decides: the name
 * itself, then the longest beginning.
 *
 * <p>A policy also says whose records of a model a registry believes ({@link
 * io.mlops4j.registry.RegistryOptions.Builder#trusting(RecordTrust)}): those that its keys have
 * signed; of a model that no rule names, none. That may be another policy than the one by which
 * models are loaded.
 *
 * <p>Given to a verification ({@link io.mlops4j.registry.VerifyOptions.Builder#trustingVersions}),
 * a policy judges the signatures of all versions without loading them.
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
  }

  /**
   * Begins a policy that refuses every model.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Every model needs a signature by one of these keys.
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
   * Verifies a model. A runtime that has this policy does so by itself.
   *
   * @param model the model's name in its registry, or that of its file without {@code .onnx}
   * @param source its bytes
   * @return the source to load instead, which holds the verified bytes
   * @throws UntrustedModelException if the policy does not let it in
   */
  public ModelSource verify(String model, ModelSource source) {
    Objects.requireNonNull(source, "source");
    Rule rule = rule(model);
    if (refusesLinks && Files.isSymbolicLink(source.main())) {
      throw new UntrustedModelException(
          model,
          "%s: found the symbolic link %s, expected the file itself, as the trust policy says; load that"
              .formatted(model, source.main()));
    }
    if (rule.keys.isEmpty()) {
      return source;
    }
    List<ByteBuffer> signatures = source.signatures();
    if (signatures.isEmpty()) {
      if (rule.unsigned) {
        return source;
      }
      throw refused(model, source, rule, List.of("no signature"), true);
    }
    return verify(model, source, rule, signatures);
  }

  private ModelSource verify(
      String model, ModelSource source, Rule rule, List<ByteBuffer> signatures) {
    SourceFiles files = new SourceFiles(source);
    Set<String> found = new LinkedHashSet<>();
    for (ByteBuffer signature : signatures) {
      try {
        Bundle bundle = Bundle.read(signature);
        Statement statement = statement(bundle, rule.keys);
        if (matchesNames) {
          requireName(model, statement);
        }
        return files.verified(statement, leavesOutUnsigned);
      } catch (RefusedSignature e) {
        found.add(e.found());
      }
    }
    throw refused(model, source, rule, found, false);
  }

  /**
   * Judges a version by its manifest, as {@link #verify} does by its bytes.
   *
   * @param version the version
   * @param files the digest of each of its files by relative name
   * @param signatures the bundles that are kept beside it
   * @return empty if the policy would load it, otherwise what was found and expected
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
        Statement statement = statement(Bundle.read(ByteBuffer.wrap(signature)), rule.keys);
        if (matchesNames) {
          requireName(model, statement);
        }
        statement.compare(files, leavesOutUnsigned);
        return Optional.empty();
      } catch (RefusedSignature e) {
        found.add(e.found());
      }
    }
    return Optional.of(
        "%s: found %s, expected a signature of exactly these files by %s; have the version signed by the owner of such a key, or trust another key"
            .formatted(
                version,
                found.isEmpty() ? "no signature" : String.join(", and ", found),
                TrustMessages.some(rule.keys)));
  }

  private static Statement statement(Bundle bundle, Set<TrustedKey> keys) throws RefusedSignature {
    for (TrustedKey key : keys) {
      if (bundle.isSignedBy(key)) {
        return bundle.statement();
      }
    }
    throw new RefusedSignature("a signature by " + bundle.signer() + " that none of them made");
  }

  private static void requireName(String model, Statement statement) throws RefusedSignature {
    String subject = statement.subject();
    if (!subject.equals(model) && !subject.equals(model + ".onnx")) {
      throw new RefusedSignature("the signature of a model named " + TrustMessages.plain(subject));
    }
  }

  private static UntrustedModelException refused(
      String model,
      ModelSource source,
      Rule rule,
      Collection<String> found,
      boolean signatureMissing) {
    return new UntrustedModelException(
        model,
        "%s: found %s in %s, expected a signature of exactly these files by %s; nothing of it was loaded: have it signed by the owner of such a key, or name another key for it in the trust policy"
            .formatted(
                model, String.join(", and ", found), source.main(), TrustMessages.some(rule.keys)),
        signatureMissing);
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
        .map(rule -> TrustMessages.some(rule.keys))
        .orElse("a key that the trust policy names for " + model + ", where it has no rule");
  }

  private Optional<Rule> find(String model) {
    Rule exact = rules.get(Objects.requireNonNull(model, "model"));
    if (exact != null && !model.endsWith(REST)) {
      return Optional.of(exact);
    }
    return rules.keySet().stream()
        .filter(models -> models.endsWith(REST) && model.startsWith(beginning(models)))
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
                        .formatted(
                            model,
                            rules.isEmpty() ? "no model" : TrustMessages.some(rules.keySet()),
                            model)));
  }

  private static String beginning(String models) {
    return models.substring(0, models.length() - REST.length());
  }

  /**
   * For people.
   *
   * @return the models that have a rule
   */
  @Override
  public String toString() {
    return "trust policy for " + TrustMessages.some(rules.keySet().stream().sorted().toList());
  }

  /** Says whose signature which model needs. Not thread safe. */
  public static final class Builder {
    private final Map<String, Rule> rules = new HashMap<>();
    private boolean leavesOutUnsigned;
    private boolean refusesLinks;
    private boolean matchesNames;

    private Builder() {}

    /**
     * Models need a signature by one of these keys; said twice, the keys add up.
     *
     * @param models a name, as {@code fraud}, a beginning, as {@code fraud-*}, or {@code *}
     * @param key a key
     * @param others further keys, any of which is enough
     * @return this builder
     * @throws IllegalArgumentException if {@code *} stands elsewhere than at the end
     */
    public Builder require(String models, TrustedKey key, TrustedKey... others) {
      Set<TrustedKey> keys = rule(models).keys;
      keys.add(Objects.requireNonNull(key, "key"));
      keys.addAll(List.of(others));
      return this;
    }

    /**
     * Models may be without a signature. Where keys are named for the same models, a signature that
     * is there must still hold.
     *
     * @param models a name, a beginning, as {@code sandbox-*}, or {@code *}
     * @return this builder
     * @throws IllegalArgumentException if {@code *} stands elsewhere than at the end
     */
    public Builder allowUnsigned(String models) {
      rules.put(models, new Rule(rule(models).keys, true));
      return this;
    }

    private Rule rule(String models) {
      int star = models.indexOf(REST);
      if (models.isBlank() || (star >= 0 && star < models.length() - 1)) {
        throw new IllegalArgumentException(
            "models: found \""
                + models
                + "\", expected a name, or the beginning of one and a * at its end");
      }
      return rules.computeIfAbsent(models, key -> new Rule(new LinkedHashSet<>(), false));
    }

    /**
     * Files in a model's folder that are not in the signature are left out of what is loaded,
     * instead of being a reason to refuse the model.
     *
     * @return this builder
     */
    public Builder leaveOutUnsignedFiles() {
      this.leavesOutUnsigned = true;
      return this;
    }

    /**
     * Refuses a model's file that is a symbolic link. In folders and registries, links are always
     * refused.
     *
     * @return this builder
     */
    public Builder refuseLinks() {
      this.refusesLinks = true;
      return this;
    }

    /**
     * Signatures must be of the model's own name, so that nobody can pass off one model that a key
     * has signed as another: what was signed must be called as the model is, or so with {@code
     * .onnx}. {@link ModelSigner} calls a version by its model's name; the public tool calls a
     * folder or file by its own.
     *
     * @return this builder
     */
    public Builder matchNames() {
      this.matchesNames = true;
      return this;
    }

    /**
     * Ends the policy.
     *
     * @return the policy
     */
    public TrustPolicy build() {
      return new TrustPolicy(this);
    }
  }
}
