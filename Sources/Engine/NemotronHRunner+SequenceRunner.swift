package import NemotronH

extension NemotronHRunner: SequenceRunner {}
