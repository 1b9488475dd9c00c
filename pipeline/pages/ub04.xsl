<?xml version="1.0" encoding="UTF-8"?>
<!--
  A claim (edi/claim837i/as_xml.py) as the UB-04 form: a box for each form locator, where the form has it.

  A box takes its value from elements of the claim; what was found at those elements, or at the
  form locator itself (finding/@box), marks the box. Days stand as the form has them, MMDDYY.

  Source: the crosswalk of form locators to 005010X223A2 (FACTS A7).
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="html" encoding="utf-8" indent="no"/>
  <xsl:strip-space elements="*"/>

  <!-- before every id, where several forms stand on one page -->
  <xsl:param name="prefix"/>

  <xsl:variable name="claim" select="/claim/loop[@id='2300']"/>
  <xsl:variable name="clm" select="$claim/segment[@id='CLM']"/>
  <xsl:variable name="billing" select="/claim/loop[@id='2010AA']"/>
  <xsl:variable name="pay-to" select="/claim/loop[@id='2010AB']"/>
  <xsl:variable name="patient" select="/claim/loop[@id='2010CA'] | /claim/loop[@id='2010BA'][not(/claim/loop[@id='2010CA'])]"/>
  <xsl:variable name="codes" select="$claim/segment[@id='HI']/element[component]"/>
  <xsl:variable name="payers" select="/claim/loop[@id='2000B'] | /claim/loop[@id='2320']"/>
  <xsl:variable name="lines" select="/claim/loop[@id='2400']"/>
  <xsl:variable name="least-lines" select="12"/>

  <xsl:template match="/claim">
    <div class="ub04" role="group" aria-label="UB-04 form">
      <div class="row who">
        <xsl:call-template name="provider">
          <xsl:with-param name="number">1</xsl:with-param>
          <xsl:with-param name="title">Billing provider</xsl:with-param>
          <xsl:with-param name="loop" select="$billing"/>
        </xsl:call-template>
        <xsl:call-template name="provider">
          <xsl:with-param name="number">2</xsl:with-param>
          <xsl:with-param name="title">Pay-to address</xsl:with-param>
          <xsl:with-param name="loop" select="$pay-to"/>
        </xsl:call-template>
        <div class="stack">
          <xsl:call-template name="box">
            <xsl:with-param name="number">3a</xsl:with-param>
            <xsl:with-param name="title">Patient control number</xsl:with-param>
            <xsl:with-param name="from" select="$clm/element[@number=1]"/>
          </xsl:call-template>
          <xsl:call-template name="box">
            <xsl:with-param name="number">3b</xsl:with-param>
            <xsl:with-param name="title">Medical record number</xsl:with-param>
            <xsl:with-param name="from" select="$claim/segment[@id='REF'][element[@number=1]='EA']/element[@number=2]"/>
          </xsl:call-template>
          <div class="row half">
            <xsl:call-template name="box">
              <xsl:with-param name="number">4</xsl:with-param>
              <xsl:with-param name="title">Type of bill</xsl:with-param>
              <xsl:with-param name="from" select="$clm/element[@number=5]"/>
              <xsl:with-param name="value">
                <xsl:if test="$clm/element[@number=5]/component[@number=1]">
                  <xsl:value-of select="concat('0', $clm/element[@number=5]/component[@number=1], $clm/element[@number=5]/component[@number=3])"/>
                </xsl:if>
              </xsl:with-param>
            </xsl:call-template>
            <xsl:call-template name="box">
              <xsl:with-param name="number">5</xsl:with-param>
              <xsl:with-param name="title">Federal tax number</xsl:with-param>
              <xsl:with-param name="from" select="$billing/segment[@id='REF'][element[@number=1]='EI' or element[@number=1]='SY']/element[@number=2]"/>
            </xsl:call-template>
          </div>
          <xsl:call-template name="box">
            <xsl:with-param name="number">6</xsl:with-param>
            <xsl:with-param name="title">Statement covers, from and through</xsl:with-param>
            <xsl:with-param name="from" select="$claim/segment[@id='DTP'][element[@number=1]='434']/element[@number=3]"/>
            <xsl:with-param name="kind">days</xsl:with-param>
          </xsl:call-template>
        </div>
      </div>

      <div class="row person">
        <xsl:call-template name="box">
          <xsl:with-param name="number">8</xsl:with-param>
          <xsl:with-param name="title">Patient name</xsl:with-param>
          <xsl:with-param name="from" select="$patient/segment[@id='NM1']"/>
          <xsl:with-param name="value"><xsl:call-template name="name"><xsl:with-param name="nm1" select="$patient/segment[@id='NM1']"/></xsl:call-template></xsl:with-param>
        </xsl:call-template>
        <xsl:call-template name="box">
          <xsl:with-param name="number">9</xsl:with-param>
          <xsl:with-param name="title">Patient address</xsl:with-param>
          <xsl:with-param name="from" select="$patient/segment[@id='N3' or @id='N4']"/>
          <xsl:with-param name="value"><xsl:call-template name="address"><xsl:with-param name="loop" select="$patient"/></xsl:call-template></xsl:with-param>
        </xsl:call-template>
      </div>

      <div class="row admission">
        <xsl:call-template name="box">
          <xsl:with-param name="number">10</xsl:with-param>
          <xsl:with-param name="title">Birth date</xsl:with-param>
          <xsl:with-param name="from" select="$patient/segment[@id='DMG']/element[@number=2]"/>
          <xsl:with-param name="kind">birth</xsl:with-param>
        </xsl:call-template>
        <xsl:call-template name="box">
          <xsl:with-param name="number">11</xsl:with-param>
          <xsl:with-param name="title">Sex</xsl:with-param>
          <xsl:with-param name="from" select="$patient/segment[@id='DMG']/element[@number=3]"/>
        </xsl:call-template>
        <xsl:variable name="admission" select="$claim/segment[@id='DTP'][element[@number=1]='435']/element[@number=3]"/>
        <xsl:call-template name="box">
          <xsl:with-param name="number">12</xsl:with-param>
          <xsl:with-param name="title">Admission</xsl:with-param>
          <xsl:with-param name="from" select="$admission"/>
          <xsl:with-param name="kind">days</xsl:with-param>
        </xsl:call-template>
        <xsl:call-template name="box">
          <xsl:with-param name="number">13</xsl:with-param>
          <xsl:with-param name="title">Hour</xsl:with-param>
          <xsl:with-param name="from" select="$admission"/>
          <xsl:with-param name="value" select="substring($admission, 9, 2)"/>
        </xsl:call-template>
        <xsl:call-template name="box">
          <xsl:with-param name="number">14</xsl:with-param>
          <xsl:with-param name="title">Type</xsl:with-param>
          <xsl:with-param name="from" select="$claim/segment[@id='CL1']/element[@number=1]"/>
        </xsl:call-template>
        <xsl:call-template name="box">
          <xsl:with-param name="number">15</xsl:with-param>
          <xsl:with-param name="title">Origin</xsl:with-param>
          <xsl:with-param name="from" select="$claim/segment[@id='CL1']/element[@number=2]"/>
        </xsl:call-template>
        <xsl:variable name="discharge" select="$claim/segment[@id='DTP'][element[@number=1]='096']/element[@number=3]"/>
        <xsl:call-template name="box">
          <xsl:with-param name="number">16</xsl:with-param>
          <xsl:with-param name="title">Discharge hour</xsl:with-param>
          <xsl:with-param name="from" select="$discharge"/>
          <xsl:with-param name="value" select="substring($discharge, 1, 2)"/>
        </xsl:call-template>
        <xsl:call-template name="box">
          <xsl:with-param name="number">17</xsl:with-param>
          <xsl:with-param name="title">Status</xsl:with-param>
          <xsl:with-param name="from" select="$claim/segment[@id='CL1']/element[@number=3]"/>
        </xsl:call-template>
        <xsl:call-template name="list">
          <xsl:with-param name="number">18</xsl:with-param>
          <xsl:with-param name="shown">18 to 28</xsl:with-param>
          <xsl:with-param name="title">Condition codes</xsl:with-param>
          <xsl:with-param name="from" select="$codes[component[@number=1]='BG']"/>
        </xsl:call-template>
        <xsl:call-template name="box">
          <xsl:with-param name="number">29</xsl:with-param>
          <xsl:with-param name="title">Accident state</xsl:with-param>
          <xsl:with-param name="from" select="$claim/segment[@id='REF'][element[@number=1]='LU']/element[@number=2]"/>
        </xsl:call-template>
      </div>

      <div class="row third">
        <xsl:call-template name="list">
          <xsl:with-param name="number">31</xsl:with-param>
          <xsl:with-param name="shown">31 to 34</xsl:with-param>
          <xsl:with-param name="title">Occurrence codes and dates</xsl:with-param>
          <xsl:with-param name="from" select="$codes[component[@number=1]='BH']"/>
        </xsl:call-template>
        <xsl:call-template name="list">
          <xsl:with-param name="number">35</xsl:with-param>
          <xsl:with-param name="shown">35 to 36</xsl:with-param>
          <xsl:with-param name="title">Occurrence spans</xsl:with-param>
          <xsl:with-param name="from" select="$codes[component[@number=1]='BI']"/>
        </xsl:call-template>
        <xsl:call-template name="list">
          <xsl:with-param name="number">39</xsl:with-param>
          <xsl:with-param name="shown">39 to 41</xsl:with-param>
          <xsl:with-param name="title">Value codes and amounts</xsl:with-param>
          <xsl:with-param name="from" select="$codes[component[@number=1]='BE']"/>
        </xsl:call-template>
      </div>

      <table class="lines">
        <caption class="only-read">Service lines, form locators 42 to 49</caption>
        <thead>
          <tr>
            <th scope="col"><span class="fl">42</span> Revenue code</th>
            <th scope="col"><span class="fl">43</span> Description</th>
            <th scope="col"><span class="fl">44</span> HCPCS, modifiers</th>
            <th scope="col"><span class="fl">45</span> Service date</th>
            <th scope="col" class="number"><span class="fl">46</span> Units</th>
            <th scope="col" class="number"><span class="fl">47</span> Total charges</th>
            <th scope="col" class="number"><span class="fl">48</span> Non-covered</th>
          </tr>
        </thead>
        <tbody>
          <xsl:apply-templates select="$lines"/>
          <xsl:call-template name="empty-lines">
            <xsl:with-param name="count" select="$least-lines - count($lines)"/>
          </xsl:call-template>
        </tbody>
        <tfoot>
          <tr>
            <td>0001</td>
            <td>Page 1 of 1</td>
            <td colspan="2">Created <xsl:call-template name="day"><xsl:with-param name="day" select="@created"/></xsl:call-template></td>
            <td class="number">Totals</td>
            <td id="{$prefix}fl-47-total">
              <xsl:attribute name="class">number <xsl:call-template name="mark-class"><xsl:with-param name="from" select="$clm/element[@number=2]"/></xsl:call-template></xsl:attribute>
              <xsl:call-template name="money"><xsl:with-param name="amount" select="$clm/element[@number=2]"/></xsl:call-template>
              <xsl:call-template name="marks"><xsl:with-param name="from" select="$clm/element[@number=2]"/></xsl:call-template>
            </td>
            <td class="number"><xsl:if test="$lines/segment[@id='SV2']/element[@number=7]"><xsl:call-template name="money"><xsl:with-param name="amount" select="sum($lines/segment[@id='SV2']/element[@number=7])"/></xsl:call-template></xsl:if></td>
          </tr>
        </tfoot>
      </table>

      <table class="payers">
        <caption class="only-read">Payers, form locators 50 to 55</caption>
        <thead>
          <tr>
            <th scope="col"><span class="only-read">Order</span></th>
            <th scope="col"><span class="fl">50</span> Payer</th>
            <th scope="col"><span class="fl">51</span> Payer id</th>
            <th scope="col"><span class="fl">52</span> Release</th>
            <th scope="col"><span class="fl">53</span> Assigned</th>
            <th scope="col" class="number"><span class="fl">54</span> Paid before</th>
            <th scope="col" class="number"><span class="fl">55</span> Estimated due</th>
          </tr>
        </thead>
        <tbody>
          <xsl:apply-templates select="$payers[segment[@id='SBR']/element[@number=1]='P']" mode="payer"><xsl:with-param name="letter">A</xsl:with-param></xsl:apply-templates>
          <xsl:apply-templates select="$payers[segment[@id='SBR']/element[@number=1]='S']" mode="payer"><xsl:with-param name="letter">B</xsl:with-param></xsl:apply-templates>
          <xsl:apply-templates select="$payers[segment[@id='SBR']/element[@number=1]='T']" mode="payer"><xsl:with-param name="letter">C</xsl:with-param></xsl:apply-templates>
          <xsl:apply-templates select="$payers[not(contains('PST', segment[@id='SBR']/element[@number=1]))]" mode="payer"><xsl:with-param name="letter" select="'more'"/></xsl:apply-templates>
        </tbody>
      </table>

      <table class="insured">
        <caption class="only-read">The insured, form locators 58 to 62</caption>
        <thead>
          <tr>
            <th scope="col"><span class="only-read">Order</span></th>
            <th scope="col"><span class="fl">58</span> Insured</th>
            <th scope="col"><span class="fl">59</span> Relation</th>
            <th scope="col"><span class="fl">60</span> Member id</th>
            <th scope="col"><span class="fl">61</span> Group name</th>
            <th scope="col"><span class="fl">62</span> Group number</th>
          </tr>
        </thead>
        <tbody>
          <xsl:apply-templates select="$payers[segment[@id='SBR']/element[@number=1]='P']" mode="insured"><xsl:with-param name="letter">A</xsl:with-param></xsl:apply-templates>
          <xsl:apply-templates select="$payers[segment[@id='SBR']/element[@number=1]='S']" mode="insured"><xsl:with-param name="letter">B</xsl:with-param></xsl:apply-templates>
          <xsl:apply-templates select="$payers[segment[@id='SBR']/element[@number=1]='T']" mode="insured"><xsl:with-param name="letter">C</xsl:with-param></xsl:apply-templates>
          <xsl:apply-templates select="$payers[not(contains('PST', segment[@id='SBR']/element[@number=1]))]" mode="insured"><xsl:with-param name="letter" select="'more'"/></xsl:apply-templates>
        </tbody>
      </table>

      <div class="row four">
        <xsl:call-template name="box">
          <xsl:with-param name="number">56</xsl:with-param>
          <xsl:with-param name="title">Billing NPI</xsl:with-param>
          <xsl:with-param name="from" select="$billing/segment[@id='NM1']/element[@number=9]"/>
        </xsl:call-template>
        <xsl:call-template name="box">
          <xsl:with-param name="number">63</xsl:with-param>
          <xsl:with-param name="title">Treatment authorization</xsl:with-param>
          <xsl:with-param name="from" select="$claim/segment[@id='REF'][element[@number=1]='G1']/element[@number=2]"/>
        </xsl:call-template>
        <xsl:call-template name="box">
          <xsl:with-param name="number">64</xsl:with-param>
          <xsl:with-param name="title">Document control number</xsl:with-param>
          <xsl:with-param name="from" select="$claim/segment[@id='REF'][element[@number=1]='F8']/element[@number=2]"/>
        </xsl:call-template>
        <xsl:call-template name="box">
          <xsl:with-param name="number">57</xsl:with-param>
          <xsl:with-param name="title">Referral number</xsl:with-param>
          <xsl:with-param name="shown">REF*9F</xsl:with-param>
          <xsl:with-param name="from" select="$claim/segment[@id='REF'][element[@number=1]='9F']/element[@number=2]"/>
        </xsl:call-template>
      </div>

      <div class="row diagnoses">
        <xsl:call-template name="box">
          <xsl:with-param name="number">66</xsl:with-param>
          <xsl:with-param name="title">ICD version</xsl:with-param>
          <xsl:with-param name="from" select="$codes[component[@number=1]='ABK' or component[@number=1]='BK'][1]"/>
          <xsl:with-param name="value">
            <xsl:choose>
              <xsl:when test="$codes[component[@number=1]='ABK']">0</xsl:when>
              <xsl:when test="$codes[component[@number=1]='BK']">9</xsl:when>
            </xsl:choose>
          </xsl:with-param>
        </xsl:call-template>
        <xsl:call-template name="list">
          <xsl:with-param name="number">67</xsl:with-param>
          <xsl:with-param name="title">Principal diagnosis, POA</xsl:with-param>
          <xsl:with-param name="from" select="$codes[component[@number=1]='ABK' or component[@number=1]='BK']"/>
        </xsl:call-template>
        <xsl:call-template name="list">
          <xsl:with-param name="number">67a</xsl:with-param>
          <xsl:with-param name="shown">67 A to Q</xsl:with-param>
          <xsl:with-param name="title">Other diagnoses</xsl:with-param>
          <xsl:with-param name="from" select="$codes[component[@number=1]='ABF' or component[@number=1]='BF']"/>
        </xsl:call-template>
      </div>
      <div class="row four">
        <xsl:call-template name="list">
          <xsl:with-param name="number">69</xsl:with-param>
          <xsl:with-param name="title">Admitting diagnosis</xsl:with-param>
          <xsl:with-param name="from" select="$codes[component[@number=1]='ABJ' or component[@number=1]='BJ']"/>
        </xsl:call-template>
        <xsl:call-template name="list">
          <xsl:with-param name="number">70</xsl:with-param>
          <xsl:with-param name="title">Reason for visit</xsl:with-param>
          <xsl:with-param name="from" select="$codes[component[@number=1]='APR' or component[@number=1]='PR']"/>
        </xsl:call-template>
        <xsl:call-template name="list">
          <xsl:with-param name="number">71</xsl:with-param>
          <xsl:with-param name="title">DRG</xsl:with-param>
          <xsl:with-param name="from" select="$codes[component[@number=1]='DR']"/>
        </xsl:call-template>
        <xsl:call-template name="list">
          <xsl:with-param name="number">72</xsl:with-param>
          <xsl:with-param name="title">External cause</xsl:with-param>
          <xsl:with-param name="from" select="$codes[component[@number=1]='ABN' or component[@number=1]='BN']"/>
        </xsl:call-template>
      </div>

      <div class="row last">
        <xsl:call-template name="list">
          <xsl:with-param name="number">74</xsl:with-param>
          <xsl:with-param name="title">Procedures and dates</xsl:with-param>
          <xsl:with-param name="from" select="$codes[component[@number=1]='BBR' or component[@number=1]='BR' or component[@number=1]='BBQ' or component[@number=1]='BQ']"/>
        </xsl:call-template>
        <div class="stack">
          <xsl:call-template name="practitioner"><xsl:with-param name="number">76</xsl:with-param><xsl:with-param name="title">Attending</xsl:with-param><xsl:with-param name="loop" select="/claim/loop[@id='2310A']"/></xsl:call-template>
          <xsl:call-template name="practitioner"><xsl:with-param name="number">77</xsl:with-param><xsl:with-param name="title">Operating</xsl:with-param><xsl:with-param name="loop" select="/claim/loop[@id='2310B']"/></xsl:call-template>
          <xsl:call-template name="practitioner"><xsl:with-param name="number">78</xsl:with-param><xsl:with-param name="title">Other</xsl:with-param><xsl:with-param name="loop" select="/claim/loop[@id='2310C' or @id='2310D']"/></xsl:call-template>
          <xsl:call-template name="practitioner"><xsl:with-param name="number">79</xsl:with-param><xsl:with-param name="title">Referring</xsl:with-param><xsl:with-param name="loop" select="/claim/loop[@id='2310F']"/></xsl:call-template>
        </div>
      </div>
      <div class="row last">
        <xsl:call-template name="list">
          <xsl:with-param name="number">80</xsl:with-param>
          <xsl:with-param name="title">Remarks</xsl:with-param>
          <xsl:with-param name="from" select="$claim/segment[@id='NTE']/element[@number=2] | $claim/segment[@id='K3']/element[@number=1]"/>
        </xsl:call-template>
        <xsl:call-template name="list">
          <xsl:with-param name="number">81</xsl:with-param>
          <xsl:with-param name="title">Taxonomy (B3)</xsl:with-param>
          <xsl:with-param name="from" select="/claim/loop[@id='2000A']/segment[@id='PRV']/element[@number=3] | /claim/loop[@id='2310A']/segment[@id='PRV']/element[@number=3]"/>
        </xsl:call-template>
      </div>
    </div>
  </xsl:template>

  <!-- a service line, 42 to 48 -->
  <xsl:template match="loop[@id='2400']">
    <xsl:variable name="line" select="segment[@id='SV2']"/>
    <xsl:variable name="drug" select="loop[@id='2410']"/>
    <xsl:variable name="service" select="segment[@id='DTP'][element[@number=1]='472']/element[@number=3]"/>
    <tr id="{$prefix}line-{segment[@id='LX']/element[@number=1]}">
      <xsl:call-template name="cell"><xsl:with-param name="from" select="$line/element[@number=1]"/></xsl:call-template>
      <xsl:call-template name="cell">
        <xsl:with-param name="from" select="$drug/segment"/>
        <xsl:with-param name="value">
          <xsl:for-each select="$drug">
            <xsl:value-of select="concat(segment[@id='LIN']/element[@number=2], segment[@id='LIN']/element[@number=3], ' ', segment[@id='CTP']/element[@number=5], segment[@id='CTP']/element[@number=4])"/>
            <xsl:if test="segment[@id='REF']"><xsl:text> Rx </xsl:text><xsl:value-of select="segment[@id='REF']/element[@number=2]"/></xsl:if>
          </xsl:for-each>
          <xsl:if test="not($drug)"><xsl:value-of select="$line/element[@number=2]/component[@number=7]"/></xsl:if>
        </xsl:with-param>
      </xsl:call-template>
      <xsl:call-template name="cell">
        <xsl:with-param name="from" select="$line/element[@number=2]"/>
        <xsl:with-param name="value">
          <xsl:for-each select="$line/element[@number=2]/component[@number &gt; 1 and @number &lt; 7]">
            <xsl:if test="position() &gt; 1"><xsl:text> </xsl:text></xsl:if>
            <xsl:value-of select="."/>
          </xsl:for-each>
        </xsl:with-param>
      </xsl:call-template>
      <xsl:call-template name="cell">
        <xsl:with-param name="from" select="$service"/>
        <xsl:with-param name="value"><xsl:call-template name="days"><xsl:with-param name="text" select="$service"/></xsl:call-template></xsl:with-param>
      </xsl:call-template>
      <xsl:call-template name="cell">
        <xsl:with-param name="from" select="$line/element[@number=5]"/>
        <xsl:with-param name="class">number</xsl:with-param>
        <xsl:with-param name="value">
          <xsl:value-of select="$line/element[@number=5]"/>
          <xsl:if test="$line/element[@number=4] != 'UN'"><xsl:value-of select="concat(' ', $line/element[@number=4])"/></xsl:if>
        </xsl:with-param>
      </xsl:call-template>
      <xsl:call-template name="cell">
        <xsl:with-param name="from" select="$line/element[@number=3]"/>
        <xsl:with-param name="class">number</xsl:with-param>
        <xsl:with-param name="value"><xsl:call-template name="money"><xsl:with-param name="amount" select="$line/element[@number=3]"/></xsl:call-template></xsl:with-param>
      </xsl:call-template>
      <xsl:call-template name="cell">
        <xsl:with-param name="from" select="$line/element[@number=7]"/>
        <xsl:with-param name="class">number</xsl:with-param>
        <xsl:with-param name="value"><xsl:call-template name="money"><xsl:with-param name="amount" select="$line/element[@number=7]"/></xsl:call-template></xsl:with-param>
      </xsl:call-template>
    </tr>
  </xsl:template>

  <xsl:template name="empty-lines">
    <xsl:param name="count"/>
    <xsl:if test="$count &gt; 0">
      <tr aria-hidden="true"><td>&#160;</td><td/><td/><td/><td/><td/><td/></tr>
      <xsl:call-template name="empty-lines"><xsl:with-param name="count" select="$count - 1"/></xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- a payer, 50 to 55: the one billed (2000B) or another (2320) -->
  <xsl:template match="loop" mode="payer">
    <xsl:param name="letter"/>
    <xsl:variable name="is-billed" select="@id='2000B'"/>
    <xsl:variable name="payer" select="loop[@id='2330B'] | /claim/loop[@id='2010BB'][$is-billed]"/>
    <tr>
      <xsl:if test="$is-billed"><xsl:attribute name="class">billed</xsl:attribute></xsl:if>
      <th scope="row"><xsl:value-of select="$letter"/></th>
      <xsl:call-template name="cell"><xsl:with-param name="from" select="$payer/segment[@id='NM1']/element[@number=3]"/></xsl:call-template>
      <xsl:call-template name="cell"><xsl:with-param name="from" select="$payer/segment[@id='NM1']/element[@number=9]"/></xsl:call-template>
      <xsl:call-template name="cell"><xsl:with-param name="from" select="$clm/element[@number=9][$is-billed] | segment[@id='OI']/element[@number=6]"/></xsl:call-template>
      <xsl:call-template name="cell"><xsl:with-param name="from" select="$clm/element[@number=8][$is-billed] | segment[@id='OI']/element[@number=3]"/></xsl:call-template>
      <xsl:variable name="paid" select="segment[@id='AMT'][element[@number=1]='D']/element[@number=2]"/>
      <xsl:call-template name="cell"><xsl:with-param name="from" select="$paid"/><xsl:with-param name="class">number</xsl:with-param><xsl:with-param name="value"><xsl:call-template name="money"><xsl:with-param name="amount" select="$paid"/></xsl:call-template></xsl:with-param></xsl:call-template>
      <xsl:variable name="due" select="$claim/segment[@id='AMT'][element[@number=1]='F3'][$is-billed]/element[@number=2]"/>
      <xsl:call-template name="cell"><xsl:with-param name="from" select="$due"/><xsl:with-param name="class">number</xsl:with-param><xsl:with-param name="value"><xsl:call-template name="money"><xsl:with-param name="amount" select="$due"/></xsl:call-template></xsl:with-param></xsl:call-template>
    </tr>
  </xsl:template>

  <!-- who is insured by a payer, 58 to 62 -->
  <xsl:template match="loop" mode="insured">
    <xsl:param name="letter"/>
    <xsl:variable name="is-billed" select="@id='2000B'"/>
    <xsl:variable name="insured" select="loop[@id='2330A'] | /claim/loop[@id='2010BA'][$is-billed]"/>
    <xsl:variable name="relation" select="segment[@id='SBR']/element[@number=2] | /claim/loop[@id='2000C'][$is-billed]/segment[@id='PAT']/element[@number=1]"/>
    <tr>
      <xsl:if test="$is-billed"><xsl:attribute name="class">billed</xsl:attribute></xsl:if>
      <th scope="row"><xsl:value-of select="$letter"/></th>
      <xsl:call-template name="cell"><xsl:with-param name="from" select="$insured/segment[@id='NM1']"/><xsl:with-param name="value"><xsl:call-template name="name"><xsl:with-param name="nm1" select="$insured/segment[@id='NM1']"/></xsl:call-template></xsl:with-param></xsl:call-template>
      <xsl:call-template name="cell"><xsl:with-param name="from" select="$relation"/></xsl:call-template>
      <xsl:call-template name="cell"><xsl:with-param name="from" select="$insured/segment[@id='NM1']/element[@number=9]"/></xsl:call-template>
      <xsl:call-template name="cell"><xsl:with-param name="from" select="segment[@id='SBR']/element[@number=4]"/></xsl:call-template>
      <xsl:call-template name="cell"><xsl:with-param name="from" select="segment[@id='SBR']/element[@number=3]"/></xsl:call-template>
    </tr>
  </xsl:template>

  <!-- boxes -->
  <xsl:template name="box">
    <xsl:param name="number"/>
    <xsl:param name="shown" select="$number"/>
    <xsl:param name="title"/>
    <xsl:param name="from"/>
    <xsl:param name="kind"/>
    <xsl:param name="value">
      <xsl:choose>
        <xsl:when test="$kind='days'"><xsl:call-template name="days"><xsl:with-param name="text" select="$from"/></xsl:call-template></xsl:when>
        <xsl:when test="$kind='birth'"><xsl:call-template name="birth"><xsl:with-param name="day" select="$from"/></xsl:call-template></xsl:when>
        <xsl:otherwise><xsl:value-of select="$from"/></xsl:otherwise>
      </xsl:choose>
    </xsl:param>
    <div id="{$prefix}fl-{$number}">
      <xsl:attribute name="class">box <xsl:call-template name="mark-class"><xsl:with-param name="from" select="$from"/><xsl:with-param name="number" select="$number"/></xsl:call-template></xsl:attribute>
      <span class="label"><span class="fl"><xsl:value-of select="$shown"/></span><xsl:text> </xsl:text><xsl:value-of select="$title"/></span>
      <span class="value"><xsl:copy-of select="$value"/></span>
      <xsl:call-template name="marks"><xsl:with-param name="from" select="$from"/><xsl:with-param name="number" select="$number"/></xsl:call-template>
    </div>
  </xsl:template>

  <xsl:template name="list">
    <xsl:param name="number"/>
    <xsl:param name="shown" select="$number"/>
    <xsl:param name="title"/>
    <xsl:param name="from"/>
    <xsl:call-template name="box">
      <xsl:with-param name="number" select="$number"/>
      <xsl:with-param name="shown" select="$shown"/>
      <xsl:with-param name="title" select="$title"/>
      <xsl:with-param name="from" select="$from"/>
      <xsl:with-param name="value">
        <xsl:for-each select="$from"><span class="item"><xsl:apply-templates select="." mode="code"/></span><xsl:text> </xsl:text></xsl:for-each>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="element" mode="code"><xsl:value-of select="."/></xsl:template>
  <xsl:template match="element[component]" mode="code">
    <xsl:value-of select="component[@number=2]"/>
    <xsl:if test="component[@number=4]"><xsl:text> </xsl:text><xsl:call-template name="days"><xsl:with-param name="text" select="component[@number=4]"/></xsl:call-template></xsl:if>
    <xsl:if test="component[@number=5]"><xsl:text> </xsl:text><xsl:value-of select="component[@number=5]"/></xsl:if>
    <xsl:if test="component[@number=9]"><xsl:text> </xsl:text><xsl:value-of select="component[@number=9]"/></xsl:if>
  </xsl:template>

  <xsl:template name="provider">
    <xsl:param name="number"/>
    <xsl:param name="title"/>
    <xsl:param name="loop"/>
    <xsl:call-template name="box">
      <xsl:with-param name="number" select="$number"/>
      <xsl:with-param name="title" select="$title"/>
      <xsl:with-param name="from" select="$loop/segment[@id='NM1' or @id='N3' or @id='N4' or @id='PER']"/>
      <xsl:with-param name="value">
        <xsl:if test="$loop">
          <xsl:value-of select="$loop/segment[@id='NM1']/element[@number=3]"/><br/>
          <xsl:call-template name="address"><xsl:with-param name="loop" select="$loop"/></xsl:call-template>
          <xsl:if test="$loop/segment[@id='PER']"><br/><xsl:value-of select="$loop/segment[@id='PER']/element[@number=4]"/></xsl:if>
        </xsl:if>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="practitioner">
    <xsl:param name="number"/>
    <xsl:param name="title"/>
    <xsl:param name="loop"/>
    <xsl:call-template name="box">
      <xsl:with-param name="number" select="$number"/>
      <xsl:with-param name="title" select="$title"/>
      <xsl:with-param name="from" select="$loop/segment[@id='NM1']"/>
      <xsl:with-param name="value">
        <xsl:for-each select="$loop/segment[@id='NM1']">
          <xsl:if test="position() &gt; 1"><br/></xsl:if>
          <xsl:if test="element[@number=9]">NPI <xsl:value-of select="element[@number=9]"/><xsl:text> </xsl:text></xsl:if>
          <xsl:call-template name="name"><xsl:with-param name="nm1" select="."/></xsl:call-template>
        </xsl:for-each>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="cell">
    <xsl:param name="from"/>
    <xsl:param name="class"/>
    <xsl:param name="value"><xsl:value-of select="$from"/></xsl:param>
    <td>
      <xsl:attribute name="class"><xsl:value-of select="$class"/><xsl:text> </xsl:text><xsl:call-template name="mark-class"><xsl:with-param name="from" select="$from"/></xsl:call-template></xsl:attribute>
      <xsl:copy-of select="$value"/>
      <xsl:call-template name="marks"><xsl:with-param name="from" select="$from"/></xsl:call-template>
    </td>
  </xsl:template>

  <!-- what was found at a value, or at the form locator -->
  <xsl:template name="marks">
    <xsl:param name="from"/>
    <xsl:param name="number"/>
    <xsl:for-each select="$from//finding | $from/parent::segment/finding | $from/finding | /claim/finding[@box=$number]">
      <a class="mark {@severity}" href="#{$prefix}finding-{@number}"><span class="only-read"><xsl:value-of select="@severity"/>: see finding </span><xsl:value-of select="@number"/></a>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="mark-class">
    <xsl:param name="from"/>
    <xsl:param name="number"/>
    <xsl:variable name="found" select="$from//finding | $from/parent::segment/finding | $from/finding | /claim/finding[@box=$number]"/>
    <xsl:choose>
      <xsl:when test="$found[@severity='error']">has-error</xsl:when>
      <xsl:when test="$found[@severity='warning']">has-warning</xsl:when>
      <xsl:when test="$found">has-info</xsl:when>
    </xsl:choose>
  </xsl:template>

  <!-- values -->
  <xsl:template name="name">
    <xsl:param name="nm1"/>
    <xsl:value-of select="$nm1/element[@number=3]"/>
    <xsl:if test="$nm1/element[@number=4]"><xsl:text>, </xsl:text><xsl:value-of select="$nm1/element[@number=4]"/></xsl:if>
    <xsl:if test="$nm1/element[@number=5]"><xsl:text> </xsl:text><xsl:value-of select="$nm1/element[@number=5]"/></xsl:if>
  </xsl:template>

  <xsl:template name="address">
    <xsl:param name="loop"/>
    <xsl:for-each select="$loop/segment[@id='N3']/element"><xsl:value-of select="."/><br/></xsl:for-each>
    <xsl:for-each select="$loop/segment[@id='N4']/element[@number &lt; 4]">
      <xsl:if test="position() &gt; 1"><xsl:text> </xsl:text></xsl:if>
      <xsl:value-of select="."/>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="days">
    <xsl:param name="text"/>
    <xsl:choose>
      <xsl:when test="contains($text, '-')">
        <xsl:call-template name="day"><xsl:with-param name="day" select="substring-before($text, '-')"/></xsl:call-template>
        <xsl:text> to </xsl:text>
        <xsl:call-template name="day"><xsl:with-param name="day" select="substring-after($text, '-')"/></xsl:call-template>
      </xsl:when>
      <xsl:otherwise><xsl:call-template name="day"><xsl:with-param name="day" select="$text"/></xsl:call-template></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="day">
    <xsl:param name="day"/>
    <xsl:choose>
      <xsl:when test="string-length($day) &gt;= 8 and number(substring($day, 1, 8)) = number(substring($day, 1, 8))">
        <xsl:value-of select="concat(substring($day, 5, 2), substring($day, 7, 2), substring($day, 3, 2))"/>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="$day"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="birth">
    <xsl:param name="day"/>
    <xsl:choose>
      <xsl:when test="string-length($day) = 8"><xsl:value-of select="concat(substring($day, 5, 4), substring($day, 1, 4))"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="$day"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="money">
    <xsl:param name="amount"/>
    <xsl:choose>
      <xsl:when test="number($amount) = number($amount)"><xsl:value-of select="format-number($amount, '#,##0.00')"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="$amount"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
