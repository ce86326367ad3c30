package dev.flashq.statemachine.log;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.Command.AddKeys;
import dev.flashq.statemachine.Command.BeginRing;
import dev.flashq.statemachine.Command.DestroySubject;
import dev.flashq.statemachine.Command.NewKey;
import dev.flashq.statemachine.Command.ResealJobs;
import dev.flashq.statemachine.Command.RewrapKeys;
import dev.flashq.statemachine.Command.RewrappedKey;
import dev.flashq.statemachine.Command.SealQueues;
import dev.flashq.statemachine.WrappedKey;

/** Commands about keys to the messages of the log and back. */
final class KeyCodec {
  private KeyCodec() {}

  static LogProto.SealQueues encode(SealQueues seal) {
    var message =
        LogProto.SealQueues.newBuilder().setQueues(seal.queues()).setDestroy(seal.destroy());
    WrappedKey key = seal.key();
    return (key == null ? message : message.setRing(key.ring()).setWrapped(key.bytes())).build();
  }

  static SealQueues decode(LogProto.SealQueues m) {
    return new SealQueues(
        Form.name(m.getQueues()), new WrappedKey(m.getRing(), m.getWrapped()), m.getDestroy());
  }

  static LogProto.DestroySubject encode(DestroySubject destroy) {
    return LogProto.DestroySubject.newBuilder().setHash(destroy.hash()).build();
  }

  static DestroySubject decode(LogProto.DestroySubject m) {
    return new DestroySubject("", key(m.getHash()));
  }

  static LogProto.AddKeys encode(AddKeys add) {
    var message = LogProto.AddKeys.newBuilder().setRing(add.ring());
    for (NewKey key : add.keys()) {
      message.addKeys(
          LogProto.NewKey.newBuilder().setSubject(key.subject()).setWrapped(key.wrapped()));
    }
    return message.build();
  }

  static AddKeys decode(LogProto.AddKeys m) {
    return new AddKeys(
        m.getRing(),
        m.getKeysList().stream()
            .map(
                key ->
                    new NewKey(
                        key.getSubject().isEmpty() ? ByteString.EMPTY : key(key.getSubject()),
                        key.getWrapped()))
            .toList());
  }

  /** It stands in keys of rows. */
  private static ByteString key(ByteString hash) {
    Form.require(!hash.isEmpty() && hash.size() <= 64, "a name that no key can hold");
    return ByteString.copyFrom(hash.toByteArray());
  }

  static LogProto.BeginRing encode(BeginRing begin) {
    return LogProto.BeginRing.newBuilder().setRing(begin.ring()).setId(begin.id()).build();
  }

  static BeginRing decode(LogProto.BeginRing m) {
    return new BeginRing(m.getRing(), m.getId());
  }

  static LogProto.RewrapKeys encode(RewrapKeys rewrap) {
    var message = LogProto.RewrapKeys.newBuilder().setRing(rewrap.ring());
    for (RewrappedKey key : rewrap.keys()) {
      message.addKeys(LogProto.RewrappedKey.newBuilder().setId(key.id()).setWrapped(key.wrapped()));
    }
    return message.build();
  }

  static RewrapKeys decode(LogProto.RewrapKeys m) {
    return new RewrapKeys(
        m.getRing(),
        m.getKeysList().stream()
            .map(key -> new RewrappedKey(key.getId(), key.getWrapped()))
            .toList());
  }

  static LogProto.ResealJobs encode(ResealJobs step) {
    var message =
        LogProto.ResealJobs.newBuilder()
            .setVersion(step.version())
            .setFrom(step.from())
            .setTo(step.to())
            .setLooked(step.looked())
            .setUnreadable(step.unreadable())
            .setSkip(step.skip());
    step.replacements().forEach(part -> message.addReplacements(ErasureCodec.encode(part)));
    return message.build();
  }

  static ResealJobs decode(LogProto.ResealJobs m) {
    return new ResealJobs(
        m.getVersion(),
        m.getFrom(),
        m.getTo(),
        Form.amount(m.getLooked()),
        Form.amount(m.getUnreadable()),
        m.getReplacementsList().stream().map(ErasureCodec::decode).toList(),
        m.getSkip());
  }
}
