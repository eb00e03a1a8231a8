package io.mlops4j.runtime.composition.parts;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.binding.ModelColumn;
import io.mlops4j.runtime.binding.output.Answer;
import io.mlops4j.runtime.serving.ComposedCall;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Members whose outputs are columns for later members: a sequence or a stack. The answer is that of
 * the last member.
 */
final class Sequence extends MemberEnsemble {
  private final List<Step> steps;

  /** The first members, which read columns of the call only. */
  private final SameRows first;

  private Sequence(
      Members members, List<Step> steps, ModelSignature signature, FeatureSchema features) {
    super(members, signature, features);
    this.steps = List.copyOf(steps);
    this.first =
        new SameRows(steps.stream().takeWhile(Step::readsNoOutput).map(Step::member).toList());
  }

  /**
   * Connects the members.
   *
   * @param stacked whether only the last member sees the outputs of the others, under the names
   *     {@code member.output}
   */
  static Sequence of(Members members, boolean stacked, BufferAllocator allocator) {
    List<Member> all = members.all();
    Inputs inputs = new Inputs();
    List<Step> steps = new ArrayList<>();
    Set<Member> read = new HashSet<>();
    for (int i = 0; i < all.size(); i++) {
      Member member = all.get(i);
      List<Member> visible = stacked && i < all.size() - 1 ? List.of() : all.subList(0, i);
      List<Link> links = new ArrayList<>();
      for (ModelColumn column :
          ModelColumn.of(member.model().signature(), member.model().features())) {
        Link link = Link.find(column.name(), visible, !stacked);
        if (link == null) {
          inputs.add(member, column);
        } else {
          link.check(member, column);
          links.add(link);
          read.add(all.get(link.step()));
        }
      }
      inputs.addKeys(member);
      steps.add(new Step(member, links, allocator));
    }
    checkRead(all, read);
    List<ValueSpec> outputs = all.get(all.size() - 1).model().signature().outputs();
    return new Sequence(
        members, steps, new ModelSignature(inputs.specs(), outputs), inputs.features());
  }

  private static void checkRead(List<Member> all, Set<Member> read) {
    for (Member member : all.subList(0, all.size() - 1)) {
      if (!read.contains(member)) {
        throw new IllegalArgumentException(
            member.prefix()
                + "found no later member that reads one of the outputs "
                + member.model().signature().outputs()
                + ", expected one; "
                + all.get(all.size() - 1)
                + " reads the columns "
                + all.get(all.size() - 1).model().features()
                + ". Builder.rename gives an output another name");
      }
    }
  }

  @Override
  public Combined answer(FeatureBatch batch, ComposedCall call) {
    List<Prediction> answers = new ArrayList<>(steps.size());
    answers.addAll(first.ask(batch, call));
    List<ServedBy> answered = new ArrayList<>(steps.size());
    try {
      for (Step step : steps.subList(answers.size(), steps.size())) {
        answers.add(step.ask(batch, answers, call));
      }
      answers.forEach(answer -> answered.add(answer.servedBy()));
      return new Combined(((Answer) answers.get(answers.size() - 1)).handOver(), answered);
    } finally {
      answers.forEach(Prediction::close);
    }
  }

  @Override
  public void close() {
    // The steps hold no memory between calls.
  }
}
