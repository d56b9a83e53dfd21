"""Parts of messages with everything in them that the standard allows."""

RESPONSIBLE = """<ResponsibleHcp><Relation V="REK" DN="Rekvirent"/><HCP><Inst><Name>Fjell legesenter</Name>
  <HCPerson><Name>Magnar Koman</Name><Id>258521</Id><TypeId V="HER"/>
  <AdditionalId><Id>9144889</Id><Type V="HPR"/></AdditionalId></HCPerson></Inst></HCP></ResponsibleHcp>"""
APPROVER = """<RelServProv><Relation V="AHP" DN="Ansvarlig helsepersonell"/><HCP><HCProf>
  <Type V="BI" DN="Bioingeniør"/>
  <Name>Mykke Plasma</Name><Id>9876511</Id><TypeId V="HPR"/></HCProf>
  <Address><Type V="WP"/><TeleAddress V="tel:73112233"/></Address></HCP></RelServProv>"""
REQUEST = """<ServReq><ServType V="N"/><IssueDate V="2021-03-15T09:00:00"/>
      <PaymentCat V="1" DN="Ordinær pasient"/>
      <ReqComment>Haster</ReqComment><MsgDescr V="CLIN" DN="Medisinsk biokjemi"/><Id>REQ-1</Id>
      <RequestedPrioReport V="OHJELP" DN="Øyeblikkelig"/><ReceiptDate V="2021-03-16"/>
      <IdByServProvider>LAB-1</IdByServProvider>
      <Reservation V="2" S="2.16.578.1.12.4.1.1.3108" DN="Reservert"/>
      <ReasonAsText><Heading V="PROB" DN="Aktuell problemstilling"/>
        <TextResultValue>Slapp</TextResultValue></ReasonAsText>
      <ReasonAsText><Heading V="KF" DN="Kontroll"/></ReasonAsText>
      <Comment><Heading V="TEL" DN="Telefon"/><TextResultValue>ring 12</TextResultValue></Comment>
      </ServReq>"""
FULL_SPECIMEN = """<AnalysedSubject><CollectedSample><CollectedDate V="2021-03-16T08:00:00"/>
      <CollectorComment>Vanskelig stikk</CollectorComment><CollectorCommentCoded V="H" S="1.2" DN="Hemolyse"/>
      <Logistics>Isbad</Logistics></CollectedSample><Type>Serum fra gel</Type>
      <TypeCoded V="S" S="2.16.578.1.12.4.1.1.8351" DN="Serum"/><IdByRequester>R9</IdByRequester>
      <PreservMaterial>EDTA</PreservMaterial><Comment>Lite materiale</Comment>
      <AnatomicalOrigin>Venstre arm</AnatomicalOrigin>
      <Number>2</Number><SampleCollInd V="2" DN="Rekvirent"/><SampleCollProc V="P1" S="1.3" DN="Stikk"/>
      <SampleHandling>Mørkt</SampleHandling><SampleHandling>Kaldt</SampleHandling>
      <IdByServProvider>77</IdByServProvider><Accredited V="true"/>
      <Pretreatment><Heading V="FA" DN="Faste"/><TextResultValue>12 timer</TextResultValue></Pretreatment>
      <RelServProv><Relation V="PTA" DN="Prøvetaker"/>
        <HCP><HCProf><Name>Siv Stikk</Name></HCProf></HCP></RelServProv>
      </AnalysedSubject>"""
